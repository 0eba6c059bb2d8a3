"""The order homes are shown in, by published weights, with the reasons. It cannot be bought; prices do not count."""

from dataclasses import dataclass
from typing import Any

from eldercare.kernel.sentences import Sentence, say


@dataclass(frozen=True)
class Standing:
    """What counts for a home's place. None means nobody published it."""

    free_beds: int | None
    freshness: str
    stars: int | None
    has_price: bool
    medical_insurance: bool | None
    licence_valid: bool | None


@dataclass(frozen=True)
class RankReason:
    """Why points were earned, or (0 points) what is missing."""

    id: str
    points: int
    text: Sentence


def rank(standing: Standing, weights: dict[str, Any]) -> tuple[int, tuple[RankReason, ...]]:
    """Give the points and, most telling first, the reasons."""
    reasons = (
        _beds(standing, weights),
        _fresh(standing, weights),
        _stars(standing, weights),
        _known("price", standing.has_price or None, weights["price_published"], say("收费已公布"), say("未公布收费")),
        _known(
            "medical_insurance",
            standing.medical_insurance,
            weights["medical_insurance"],
            say("医保定点，看病可直接结算"),
            say("未公布是否医保定点"),
        ),
        _known(
            "licence", standing.licence_valid, weights["licence_valid"], say("备案在有效期内"), say("未公布备案期限")
        ),
    )
    earned = tuple(reason for reason in reasons if reason)
    ordered = sorted(earned, key=lambda reason: -reason.points)
    return sum(reason.points for reason in earned), tuple(ordered)


def personal_points(net_fen: int | None, distance_km: float | None, weights: dict[str, Any]) -> int:
    """Give the points that count for one family: the less it pays and the nearer it is, the more. Unknown earns none.

    >>> figures = {"price": 300, "price_none_fen": 1_000_000, "near": 200, "near_none_km": 200}
    >>> personal_points(400_000, 50.0, figures), personal_points(None, None, figures)
    (330, 0)
    """
    cheap = 0 if net_fen is None else _share(net_fen, weights["price_none_fen"]) * weights["price"]
    near = 0 if distance_km is None else _share(distance_km, weights["near_none_km"]) * weights["near"]
    return round(cheap + near)


def _share(value: float, none_at: float) -> float:
    return max(0.0, 1 - value / none_at)


def _beds(standing: Standing, weights: dict[str, Any]) -> RankReason:
    if standing.free_beds is None:
        return RankReason("free_beds", 0, say("未公布空床"))
    if not standing.free_beds:
        return RankReason("free_beds", 0, say("现在没有空床"))
    return RankReason("free_beds", weights["free_bed"], say("现有 {count} 张空床", count=standing.free_beds))


def _fresh(standing: Standing, weights: dict[str, Any]) -> RankReason:
    words = {
        "fresh": say("床位数一天内核对过"),
        "recent": say("床位数三天内核对过"),
        "verify": say("床位数一周内核对过，请再核实"),
        "unknown": say("床位数超过一周没有核对"),
    }
    return RankReason("freshness", weights["freshness"][standing.freshness], words[standing.freshness])


def _stars(standing: Standing, weights: dict[str, Any]) -> RankReason:
    if not standing.stars:
        return RankReason("stars", 0, say("没有在有效期内的等级评定"))
    return RankReason("stars", weights["star"] * standing.stars, say("等级评定 {stars} 星", stars=standing.stars))


def _known(id: str, fact: bool | None, points: int, yes: Sentence, unknown: Sentence) -> RankReason | None:
    if fact is None:
        return RankReason(id, 0, unknown)
    return RankReason(id, points, yes) if fact else None
