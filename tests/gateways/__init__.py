"""Tests of the gateways, against servers on this machine that count what reaches them."""
