"""A one-time code sent to an address. The code itself is kept only as a digest. It lives by the real time."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField


class SignInCode(models.Model):
    """`client_index` is the digest of where the request came from, for throttling.

    Times are the database's real ones, not the one clock's: a demonstration that moves its day must neither
    open an old code nor lock anybody out.
    """

    SEALED_INDEXES = {"address_index": "address"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = SealedField()
    address_index = models.CharField(max_length=64)
    client_index = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("登录验证码")
        indexes = [models.Index(fields=["address_index", "sent_at"]), models.Index(fields=["client_index", "sent_at"])]

    def __str__(self) -> str:
        return f"sign_in_code:{self.pk}"
