"""The HTTP receiver: hostile requests, durable answers, and the real Inngest clients."""
