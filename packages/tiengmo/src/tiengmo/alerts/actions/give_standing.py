from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.envelope import new_id

from tiengmo.alerts.cap.signing import is_valid_now
from tiengmo.alerts.errors import AlertError, ChangedMeanwhile
from tiengmo.alerts.models import Standing
from tiengmo.alerts.standing import keys as standing_keys
from tiengmo.alerts.standing import paper as papers
from tiengmo.alerts.standing.season import is_month_day, windows
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.foundation.vietnamese import nfc
from tiengmo.places.queries import (
    areas_label,
    minimal_cover,
    smallest_unit_containing,
    units_in_force,
)
from tiengmo.speakers import keys

from .checks import require_issuer, signer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.alerts.models import Feed
    from tiengmo.audit.actors import Actor
    from tiengmo.people.models import User

# Longer than two seasons nobody remembers what was given to whom.
LONGEST = timedelta(days=732)


def propose_standing(
    feed: Feed,
    *,
    by: User,
    sender: str,
    certificate: str,
    hazard: str,
    events: Sequence[str],
    areas: Sequence[str],
    season_first: str,
    season_last: str,
    until: date,
    passphrase: str,
) -> Standing:
    """Write a standing certificate and sign it first; it counts for nothing until another signs.

    certificate: the authority's X.509 certificate in PEM. season_*: "MM-DD", both days included.

    Raises AlertError (what is wrong with it), SpeakerError (passphrase), NotAllowed.
    """
    codes = minimal_cover(areas)
    station = smallest_unit_containing(codes)
    require_issuer(by, station)
    _check(codes, certificate, season_first, season_last, until)
    signer = signer_of(by, station, passphrase)
    words = sorted({nfc(" ".join(one.split())) for one in events if one.strip()})
    if not words or not sender.strip():
        raise AlertError(_("Hãy ghi người gửi và tên sự kiện đúng như trong tin của họ."))
    key = standing_keys.make()
    paper = papers.Paper(
        serial=new_id(),
        iat=timezone.now(),
        feed=feed.url,
        sender=sender.strip(),
        certificate=certificate,
        hazard=hazard,
        events=words,
        areas=sorted(codes),
        season_first=season_first,
        season_last=season_last,
        until=until.isoformat(),
        key=key.public,
    )
    with transaction.atomic():
        row = Standing.objects.create(
            serial=paper.serial,
            feed=feed,
            unit=station,
            hazard=hazard,
            areas=paper.areas,
            area_text=areas_label(codes)[:500],
            season_first=season_first,
            season_last=season_last,
            until_on=until,
            paper=papers.write(paper, by=signer),
            kid=key.kid,
            proposer=by,
            proposer_name=str(by),
        )
        record("alerts.standing_proposed", by=by, subject=row, detail=_detail(row))
    return row


def give_standing(standing: Standing, *, by: User, passphrase: str) -> Standing:
    """Sign it as the second person; the root key must still certify the key that it names.

    Raises AlertError (the same person, taken back), SpeakerError (passphrase), NotAllowed.
    """
    require_issuer(by, standing.unit)
    if standing.proposer_id == by.pk:
        raise AlertError(_("Giấy uỷ quyền phải do hai người khác nhau ký. Hãy nhờ một người khác."))
    signer = signer_of(by, standing.unit, passphrase)
    with transaction.atomic():
        row = Standing.objects.select_for_update(of=("self",)).get(pk=standing.pk)
        if row.given_at is not None or row.revoked_at is not None:
            raise ChangedMeanwhile(
                _("Giấy uỷ quyền này hiện ở trạng thái “%(state)s”.") % {"state": row.state}
            )
        text = papers.countersign(row.paper, by=signer)
        papers.read(text)
        row.paper, row.giver, row.giver_name = text, by, str(by)
        row.given_at = timezone.now()
        row.save(update_fields=["paper", "giver", "giver_name", "given_at"])
        record("alerts.standing_given", by=by, subject=row, detail=_detail(row))
    if settings.IS_DEMO and keys.root_folder().exists():
        # A demo has its root key beside it: nobody has a safe to fetch it from.
        return certify_standing(row, by=SYSTEM)
    return row


def certify_standing(standing: Standing, *, by: Actor) -> Standing:
    """Have the root key certify the key of a paper that two people signed, a season at a time.

    Whoever runs this holds the root key's medium. Running it again renews the certificates.

    Raises AlertError (not two signatures), RootKeyMissing.
    """
    root = keys.root_private()
    with transaction.atomic():
        row = Standing.objects.select_for_update(of=("self",)).get(pk=standing.pk)
        paper = papers.read(row.paper)
        if row.revoked_at is not None or paper.serial != row.serial:
            raise AlertError(_("Giấy uỷ quyền này đã bị thu hồi."))
        row.certificates = standing_keys.certify(paper, root=root)
        row.certified_at = timezone.now()
        row.save(update_fields=["certificates", "certified_at"])
        record(
            "alerts.standing_certified",
            by=by,
            subject=row,
            detail={
                "kid": row.kid,
                "seasons": [[one["nbf"], one["exp"]] for one in row.certificates],
            },
        )
    return row


def _check(
    codes: Sequence[str], certificate: str, season_first: str, season_last: str, until: date
) -> None:
    known = set(units_in_force().filter(code__in=codes).values_list("code", flat=True))
    if set(codes) - known:
        raise AlertError(
            _("Giấy uỷ quyền cấp cho cả xã hoặc cả đơn vị, không cho từng thôn: hãy chọn cả xã.")
        )
    try:
        theirs = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError as error:
        raise AlertError(_("Chứng thư không đọc được: cần tệp PEM của cơ quan gửi.")) from error
    if not is_valid_now(theirs):
        raise AlertError(_("Chứng thư của cơ quan gửi đã hết hạn hoặc chưa có hiệu lực."))
    today = timezone.localdate()
    if not today < until <= today + LONGEST:
        raise AlertError(_("Ngày hết hạn phải sau hôm nay và không quá hai năm."))
    if not (is_month_day(season_first) and is_month_day(season_last)):
        raise AlertError(_("Mùa ghi theo ngày và tháng, ví dụ từ 01/05 đến 31/10."))
    if not windows(season_first, season_last, begin=today, until=until):
        raise AlertError(_("Từ nay đến ngày hết hạn không có ngày nào trong mùa đã chọn."))


def _detail(row: Standing) -> dict[str, object]:
    return {
        "feed": row.feed.url,
        "hazard": row.hazard,
        "areas": row.areas,
        "season": [row.season_first, row.season_last],
        "until": row.until_on.isoformat(),
        "kid": row.kid,
    }
