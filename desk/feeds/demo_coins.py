"""The invented coins of the demo market. No exchange lists any of these names; keep it so (a test compares)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DemoCoin:
    """An invented coin: its price in quiet times, its unrest (per cent of the usual), its trade (cents a second)."""

    name: str
    full_name: str
    price: Decimal
    unrest: int = 100
    turnover: int = 4_000

    @property
    def quantum(self) -> Decimal:
        """The smallest step of the price."""
        for limit, digits in ((Decimal('0.000001'), 12), (Decimal('0.05'), 8), (Decimal(1), 6)):
            if self.price < limit:
                return Decimal(1).scaleb(-digits)
        return Decimal('0.01')


def _coins(table: str) -> tuple[DemoCoin, ...]:
    rows = [line.split() for line in table.strip().splitlines()]
    return tuple(DemoCoin(name, ' '.join(words), Decimal(price), int(unrest)) for name, price, unrest, *words in rows)


DEMO_COINS = _coins("""
VELDRA   90000.00     55  Veldra Reserve
ORBUND   4210.50      70  Orbund
QUILLO   612.40       80  Quillon
THRYMM   238.75       90  Thrymm Forge
SABLIO   151.20      110  Sablio
NIMBRA   96.35       100  Nimbra Cloud
GROFT    71.08        90  Groftcoin
KELPIN   44.62       120  Kelpin Tide
ZEPHRA   31.90       110  Zephra Winds
MOSSEL   24.15       100  Mossel Harbour
DRUVAK   18.44       130  Druvak
PLINTHO  12.70        90  Plinth Storage
ASTRELL  9.36        120  Astrell
WUMBLE   7.05        150  Wumble
FJORDIX  5.48        110  Fjordix
HOBBEN   4.02        100  Hobben Bread
CINDARA  3.17        130  Cindara
LOOMIQ   2.61        120  Loomiq Weave
BRASKET  1.94        110  Brasket
TULVANE  1.38        100  Tulvane
EVENMARK 1.00          2  Evenmark
RIVULON  0.872       120  Rivulon
OSTREEL  0.641       130  Ostreel Steel
GLIMFEN  0.455       140  Glimfen
PARVOLT  0.318       120  Parvolt Grid
SNORKAL  0.204       150  Snorkal
VIXLET   0.137       160  Vixlet
HUMDRO   0.0884      120  Humdro
CRUMPA   0.0512      170  Crumpa Toast
TWIGGO   0.0297      140  Twiggo
YONDLE   0.0113      150  Yondle
BLIVVET  0.00642     160  Blivvet
NOODRIX  0.00285     190  Noodrix
PIFFLO   0.000917    180  Pifflo
GNOMBIT  0.000364    200  Gnombit
WOBBLU   0.0000825   190  Wobblu
SQUIBO   0.0000231   210  Squibo
DUDDLE   0.00000488  200  Duddle
MITTOX   0.00000091  220  Mittox
SPECKLI  0.00000012  240  Speckli
""")
