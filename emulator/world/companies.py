"""Companies: each is a pod of its own. One of them is served; the others are who its users talk to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from emulator.world.books import Book
from emulator.world.changes import CompanyChanged
from emulator.world.entitlements import COMPANY_ENTITLEMENTS
from emulator.world.record import Name, one_of, within

if TYPE_CHECKING:
    from emulator.world.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """`id` is the pod id, which every user id of the company carries."""

    id: Annotated[int, within(1, 2**27 - 1)]
    name: Name
    cross_pod: bool = True
    entitlements: frozenset[Annotated[str, one_of(COMPANY_ENTITLEMENTS)]] = frozenset()


class Companies:
    """The companies of the world, and the one that is served."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[int, Company] = Book(
            "companies", Company, lambda company: company.id, name=lambda company: (company.name.casefold(),)
        )

    @property
    def home(self) -> Company:
        """The company whose pod this is: the first one added."""
        return next(iter(self.book))

    def add(self, company: Company) -> Company:
        self.book.put(company.id, company)
        self._world.tell(0, CompanyChanged(company=company))
        return company

    def of(self, pod: int) -> Company:
        return self.book[pod]

    def named(self, name: str) -> Company | None:
        return self.book.one_by("name", name.casefold())

    def change(self, pod: int, *, cross_pod: bool | None = None, entitlements: frozenset[str] | None = None) -> Company:
        company = self.book[pod]
        return self.add(
            replace(
                company,
                cross_pod=company.cross_pod if cross_pod is None else cross_pod,
                entitlements=company.entitlements if entitlements is None else entitlements,
            )
        )
