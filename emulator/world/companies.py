"""Companies: each is a pod of its own. One of them is served; the others are who its users talk to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emulator.world.books import Book


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """`id` is the pod id, which every user id of the company carries."""

    id: int
    name: str
    cross_pod: bool = True
    entitlements: frozenset[str] = frozenset()


class Companies:
    """The companies of the world, and the one that is served."""

    def __init__(self) -> None:
        self.book: Book[int, Company] = Book(
            "companies", Company, lambda company: company.id, name=lambda company: (company.name.casefold(),)
        )

    @property
    def home(self) -> Company:
        """The company whose pod this is: the first one added."""
        return next(iter(self.book))

    def add(self, company: Company) -> Company:
        return self.book.put(company.id, company)

    def of(self, pod: int) -> Company:
        return self.book[pod]

    def named(self, name: str) -> Company | None:
        return self.book.one_by("name", name.casefold())

    def change(self, pod: int, *, cross_pod: bool | None = None, entitlements: frozenset[str] | None = None) -> Company:
        company = self.book[pod]
        return self.book.put(
            pod,
            replace(
                company,
                cross_pod=company.cross_pod if cross_pod is None else cross_pod,
                entitlements=company.entitlements if entitlements is None else entitlements,
            ),
        )
