"""The bells by which a home's listing hears that something it derives from has changed. They decide nothing."""

import pgtrigger


def rings_for(home: str) -> pgtrigger.Trigger:
    """Note, in the transaction of the change itself, that a home must be listed anew.

    `home` is a SELECT of the homes' ids; it reads the row as `NEW` or `OLD`. A note is an insert and locks nobody.
    """
    return pgtrigger.Trigger(
        name="its_listing_hears_of_it",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"INSERT INTO facilities_listingdue (facility_id) {home}; RETURN NULL;",
    )


def rings_for_homes() -> list[pgtrigger.Trigger]:
    """Note of the homes themselves that they must be listed anew: once a statement, as they come by the thousand."""
    return [
        _homes_bell("a_new_home_is_listed", pgtrigger.Insert, new="homes"),
        _homes_bell("a_changed_home_is_listed_anew", pgtrigger.Update, new="homes"),
        _homes_bell("a_home_that_is_gone_is_listed_no_more", pgtrigger.Delete, old="homes"),
    ]


def _homes_bell(name: str, operation: pgtrigger.Operation, **table: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**table),
        func="INSERT INTO facilities_listingdue (facility_id) SELECT id FROM homes; RETURN NULL;",
    )


OF_THE_HOME = "SELECT COALESCE(NEW.facility_id, OLD.facility_id)"
OF_THE_ROOM = "SELECT facility_id FROM facilities_room WHERE id IN (NEW.room_id, OLD.room_id)"
OF_THE_BED = (
    "SELECT room.facility_id FROM facilities_bed bed JOIN facilities_room room ON room.id = bed.room_id "
    "WHERE bed.id = COALESCE(NEW.bed_id, OLD.bed_id)"
)
