"""What do we know about homes, beds, prices and stays? Reads only; asks nobody's permission (`access.py` does)."""

from facilities.selectors.admission import BillFacts, BillLine, bill_facts, bills_of, facts_of
from facilities.selectors.beds import Confirmation, Vacancy, board, confirmations, vacancies
from facilities.selectors.history import AsItStood, as_it_stood
from facilities.selectors.page import FacilityPage, facility_page
from facilities.selectors.quotes import Quote, price_in_force, quote, quotes_for
from facilities.selectors.ratings import StarsShown, stars_shown
from facilities.selectors.search import Facets, Found, HomeCard, SearchFilters, cards_of, facets, search
from facilities.selectors.staff import staff_grants

__all__ = [
    "AsItStood",
    "BillFacts",
    "BillLine",
    "Confirmation",
    "Facets",
    "FacilityPage",
    "Found",
    "HomeCard",
    "Quote",
    "SearchFilters",
    "StarsShown",
    "Vacancy",
    "as_it_stood",
    "bill_facts",
    "bills_of",
    "board",
    "cards_of",
    "confirmations",
    "facets",
    "facility_page",
    "facts_of",
    "price_in_force",
    "quote",
    "quotes_for",
    "search",
    "staff_grants",
    "stars_shown",
    "vacancies",
]
