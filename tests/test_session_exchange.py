"""What a document does not say is left out where it is passed on."""

from __future__ import annotations

import msgspec

from builders import a_document, an_item
from pressout_session.document import DoseChangeDocument, dose_at


def test_a_dose_is_the_last_that_was_set_before_and_unknown_before_the_first_change() -> None:
    doses = [an_item(target_n=target_n) for target_n in (30.0, 40.0)]
    changes = tuple(
        DoseChangeDocument(at_s=at_s, item=0, dose=dose, therapist_ref="t-42")
        for at_s, dose in zip((60.0, 120.0), doses, strict=True)
    )
    document = msgspec.structs.replace(a_document(), dose_changes=changes)

    assert [dose_at(document, 0, t_s) for t_s in (10.0, 60.0, 130.0)] == [None, *doses]
    assert dose_at(a_document(), 0, 10.0) == a_document().prescription.items[0]
