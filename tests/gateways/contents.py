"""Invented messages."""

from fisioflow_cli.gateways.gateway import Content

GREETING = Content(
    subject="Feliz aniversário, Ana!",
    html="<!doctype html><meta charset=utf-8><p>Olá, Ana!</p>",
    text="Olá, Ana!",
    short="Olá, Ana! 🎉\nFeliz aniversário.",
)
TEMPLATED = Content(
    subject="Feliz aniversário, Ana!",
    html="<p>Olá, Ana!</p>",
    text="Olá, Ana!",
    short="Olá, Ana!",
    template="aniversario",
    parameters=("Ana\n Souza", "Clínica\tMovimento    Livre"),
)
REFERENCE = "0190d6c4-5f0e-7c3a-9d0c-1f2e3d4c5b6a"
KEY = "5f" * 32
