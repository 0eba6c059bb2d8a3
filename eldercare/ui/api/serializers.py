"""The working of an answer, as every floor writes it: where it is written, each condition, each line of an amount."""

from rest_framework import serializers

from eldercare.kernel.verdict import Outcome


class CiteSerializer(serializers.Serializer):
    """Where it is written."""

    document = serializers.CharField()
    article = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class ReasonSerializer(serializers.Serializer):
    """One condition's answer."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[one.value for one in Outcome])
    text = serializers.CharField()
    cite = CiteSerializer(allow_null=True)


class LineSerializer(serializers.Serializer):
    """One explained part of an amount, in fen."""

    label = serializers.CharField()
    amount_fen = serializers.IntegerField()
    because = serializers.CharField()
    cite = CiteSerializer(allow_null=True)
