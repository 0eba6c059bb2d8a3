"""The bells by which a home's listing hears that something it derives from has changed. They decide nothing."""

import pgtrigger


def rings_for(home: str, name: str = "its_listing_hears_of_it") -> pgtrigger.Trigger:
    """Note, in the transaction of the change itself, that a home must be listed anew.

    `home` is a SELECT of the homes' ids; it reads the row as `NEW` or `OLD`. A note is an insert and locks nobody.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"INSERT INTO facilities_listingdue (facility_id) {home}; RETURN NULL;",
    )


OF_ITSELF = "SELECT COALESCE(NEW.id, OLD.id)"
OF_THE_HOME = "SELECT COALESCE(NEW.facility_id, OLD.facility_id)"
OF_THE_ROOM = "SELECT facility_id FROM facilities_room WHERE id IN (NEW.room_id, OLD.room_id)"
OF_THE_BED = (
    "SELECT room.facility_id FROM facilities_bed bed JOIN facilities_room room ON room.id = bed.room_id "
    "WHERE bed.id = COALESCE(NEW.bed_id, OLD.bed_id)"
)
