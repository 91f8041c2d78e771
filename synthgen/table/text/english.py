"""English words that may stand for each other in most sentences: a list of synthgen's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_GROUPS = """
big large huge
small little tiny compact
spacious roomy
nice pleasant lovely
beautiful gorgeous stunning pretty
great excellent fantastic superb wonderful
good decent fine
bad poor
awful terrible horrible dreadful
best finest
cosy cozy snug
comfortable comfy
bright sunny airy light
quiet peaceful calm tranquil
modern contemporary
stylish elegant chic smart
luxury luxurious deluxe
cheap inexpensive affordable
expensive costly pricey
new fresh
old aged
fast quick rapid speedy
slow sluggish
easy simple straightforward
hard difficult tough
clean tidy spotless
dirty filthy grubby
happy glad pleased
sad unhappy
angry cross annoyed
kind friendly
helpful useful handy
useless pointless
broken faulty defective
strong sturdy robust
weak flimsy
cold chilly
warm cosy
tasty delicious
funny amusing
boring dull tedious
interesting engaging
strange odd weird peculiar
perfect ideal
whole entire complete
central downtown
close near
nearby close
fully completely entirely totally
very really extremely
quite rather fairly
often frequently
sometimes occasionally
always constantly
also too
perhaps maybe
soon shortly
quickly rapidly
slowly gradually
only just merely
almost nearly
flat apartment
house home
studio bedsit
garden yard
shop store
street road
city town
area district neighbourhood
station stop
trip journey
holiday vacation
job work
boss manager
staff employees team
customer client
child kid
photo picture image
film movie
phone telephone mobile
car vehicle
gift present
price cost
error mistake fault
problem issue trouble
answer reply response
question query
part piece
end finish
start begin commence
stop halt
buy purchase
sell vend
get receive obtain
give provide
send ship dispatch
arrive come
leave depart
return refund
fix repair mend
break smash
help assist
ask request
tell inform
say state
talk speak
look appear
see notice
think believe
like enjoy
love adore
hate dislike
want wish
need require
use employ
make create
build construct
choose pick select
keep retain
lose misplace
find discover
show display
wait stay
try attempt
pay settle
arrived came
bought purchased
got received
sent shipped dispatched
fixed repaired
asked requested
liked enjoyed
loved adored
hated disliked
needed required
used employed
made created
chose picked selected
found discovered
tried attempted
wanted wished
terribly awfully
superbly brilliantly
refurbished renovated
furnished equipped
huge enormous gigantic
doctor physician
ill sick unwell
pain ache
tired weary exhausted
dizzy giddy
swollen puffy
sudden abrupt
severe serious
mild slight
brief short
recommend suggest
refuse reject decline
urgent pressing
payment remittance
invoice bill
contract agreement
delivery shipment
delay holdup
parcel package
"""


@cache
def english() -> Mapping[str, tuple[str, ...]]:
    """Other words for each word.

    Examples
    --------
    >>> english()["flat"]
    ('apartment',)
    """
    found: dict[str, list[str]] = {}
    for line in _GROUPS.strip().splitlines():
        group = line.split()
        for word in group:
            known = found.setdefault(word, [])
            known += [other for other in group if other != word and other not in known]
    return {word: tuple(others) for word, others in found.items()}
