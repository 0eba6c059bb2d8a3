"""The payment channels there are, by name. Adding one is a module beside sandbox.py and a line here."""

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from subsidies.channels.port import Channel
from subsidies.channels.sandbox import SandboxChannel

CHANNELS: dict[str, type[Channel]] = {SandboxChannel.name: SandboxChannel}


def channel(name: str) -> Channel:
    """Give a channel. Raises Refusal `unknown_channel` (422)."""
    if name not in CHANNELS:
        raise Refusal(
            "unknown_channel",
            say("还没有接通名为“{name}”的付款渠道。", name=name),
            next_step=say("现在可用的渠道：{names}。", names="、".join(CHANNELS)),
        )
    return CHANNELS[name]()
