"""Invented messages."""

from fisioflow_cli.gateways.gateway import Content, Mail, Media

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
OWN_MAIL = Content(
    subject="Exame",
    html="<p>Segue o exame.</p>",
    text="Segue o exame.",
    short="",
    mail=Mail(
        also_to=("bia@example.com",),
        cc=("caio@example.com", "dora@example.com"),
        bcc=("eva@example.com",),
        sender="Recepção <recepcao@example.com>",
        reply_to=("respostas@example.com",),
        attachments=(
            {"filename": "exame.txt", "content": "T2zDoQ==", "content_type": "text/plain"},
            {"path": "https://example.com/laudo.pdf"},
        ),
        tags=(("campanha", "agosto"), ("órgão", "São José / 1"), ("send_id", "forged"), ("!", "x")),
    ),
)
PICTURE = Content(
    subject="",
    html="",
    text="",
    short="Veja!",
    media=Media(kind="image", url="https://example.com/a.png", caption="Veja!"),
)
DOCUMENT = Content(
    subject="",
    html="",
    text="",
    short="Laudo",
    media=Media(
        kind="document", url="https://example.com/l?id=1", caption="Laudo", filename="laudo.pdf"
    ),
)
SOUND = Content(
    subject="",
    html="",
    text="",
    short="Ouça",
    media=Media(kind="audio", url="https://example.com/a.ogg", caption="Ouça", filename="a.ogg"),
)
COMPONENTS = Content(
    subject="",
    html="",
    text="",
    short="",
    template="consulta",
    language="en_US",
    parameters=("left out",),
    components=(
        {"type": "header", "parameters": [{"type": "text", "text": "Ana"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "10:00\n"}]},
    ),
)
REFERENCE = "0190d6c4-5f0e-7c3a-9d0c-1f2e3d4c5b6a"
KEY = "5f" * 32
