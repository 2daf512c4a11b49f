"""The drawings: figures become places and lengths, which the templates write as SVG."""
