"""First names that one person goes by, in groups: American and Spanish usage. A name may be in several."""

from collections.abc import Mapping

_GROUPS = """
abigail abby abbie gail
abraham abe bram
albert al bert bertie
alberto beto
alejandra ale alexa sandra
alejandro ale alex
alexander alex al sandy xander sasha
alexandra alex sandra sandy lexi alexa sasha
alfred al fred alf
alfredo fredo fred
alicia ali licha
allison alison ali allie
amanda mandy
andrea andi
andrew andy drew
angela angie
ann anne anna annie nan
anthony tony ant
antonio tony tono
antonia toni tonia
arthur art artie
barbara barb babs barbie
beatrice bea trixie
beatriz bety
benjamin ben benny benji
bernard bernie
beverly bev
bradley brad
brandon bran
caleb cale
calvin cal
carmen carmela
carolyn carol carrie lyn
caroline carol carrie
catherine katherine kathryn katharine cathy kathy kate katie kit cat kat kay
cecilia ceci
charles charlie chuck chas chip
charlotte charlie lottie char
christina kristina chris tina chrissy kris kristy
christine kristine chris tina chrissy kris
christopher chris topher kit kris
clifford cliff
concepcion concha conchita
consuelo chelo
cynthia cindy
daniel dan danny
danielle dani
david dave davey
deborah debra deb debbie
delores dolores dee lola
dennis denny
dominic dom nick
donald don donny donnie
dorothy dot dottie dory
douglas doug
eduardo lalo eddie
edward ed eddie ned ted teddy
edwin ed eddie
eleanor ellie nell nora
elizabeth elisabeth liz beth betty lizzy lisa libby bess eliza
emily em emmy
enrique kike quique
ernest ernie
esperanza espe
ethan eth
eugene gene
evelyn eve evie
felicia fel
fernando nando
florence flo flossie
frances fran francie
francis frank fran
francisca paca pancha
francisco pancho paco frank cisco
franklin frank
frederick fred freddie
gabriel gabe
gabriela gabi gaby
gerald jerry gerry
geraldine gerry jerry
gertrude trudy
gilbert gil bert
graciela chela
gregory greg
guadalupe lupe lupita
guillermo memo
gwendolyn gwen wendy
harold hal harry
harriet hattie
heather heath
henry hank harry
herbert herb bert
howard howie
ignacio nacho
irene rena
isabel isabella izzy bella chabela
isaac ike zac
jacob jake jay
jacqueline jackie
james jim jimmy jamie
janet jan
jasmine jas
jason jay
jeffrey geoffrey jeff geoff
jennifer jen jenny jenn
jeremy jerry
jessica jess jessie
jesus chuy
joan joanie
john johnny jack jon
jonathan jon johnny nathan
jose pepe joe
josefina josie fina pepa
joseph joe joey
josephine jo josie
joshua josh
juan juanito johnny
judith judy
julia julie
justin jus
kenneth ken kenny
kimberly kim
larry lawrence laurence
lawrence larry laurie
leonard leo len lenny
leslie les
lillian lily lil
linda lin lindy
lorraine lori
louis lou louie
louise lou
lucille lucy
luis lucho
manuel manny manolo
manuela manola
marcus marc mark
margaret maggie peggy meg marge margie greta
margarita rita mago
maria mari mary
mariana mari
marilyn mary
marion mary
marjorie marge margie
martha marty patty
martin marty
mary mamie molly polly
matthew matt matty
maureen mo
maurice moe
maxwell max
melissa mel missy lissa
melvin mel
mercedes meche
michael mike mikey mick micky
michelle shelly mickey
mildred millie
miguel mike
miriam mimi
mitchell mitch
nancy nan
natalie nat
nathan nate
nathaniel nate nat nathan
nicholas nick nicky
nicole nikki nicky
norman norm
olivia liv livvy
oliver ollie
pamela pam
patricia pat patty tricia trish
patrick pat paddy
paul paulie
peter pete
philip phillip phil
phyllis phyl
rachel rae
rafael rafa ralph
ramona mona
randall randy
raymond ray
rebecca becky becca
refugio cuca
regina gina
reginald reggie
ricardo rick ricky
richard rick dick rich ricky richie
robert bob rob bobby robbie bert
roberta bobbie robbie
roberto beto bobby
rodney rod
rodolfo rudy fito
roger rog
ronald ron ronnie
rosario chayo
rosemary rose rosie
russell russ
samantha sam
samuel sam sammy
sandra sandy
sarah sara sally sadie
sebastian seb
sharon shari
shirley shirl
solomon sol
stanley stan
stephanie steph
stephen steven steve stevie
stuart stewart stu
susan sue susie suzy
suzanne sue susie
sylvia syl
teresa theresa terry tess tere
terrence terry
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias toby
tyler ty
valerie val
vanessa nessa
veronica ronnie vero
vicente chente
victor vic
victoria vicky tori
vincent vince vinny
virginia ginny ginger
vivian viv
walter walt wally
warren ren
wesley wes
wilfred will fred
william bill will billy willie liam
winifred winnie
yolanda yoli
zachary zach zack
"""


def _by_name() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _GROUPS.split("\n"):
        names = line.split()
        for name in names:
            found.setdefault(name, set()).add(names[0])
    return {name: frozenset(groups) for name, groups in found.items()}


GROUPS_OF = _by_name()
"""The names that each may stand for, by itself as it is compared."""


def stands_for(name: str) -> frozenset[str]:
    """What a first name may be short for, itself among it."""
    return GROUPS_OF.get(name, frozenset()) | {name}


def may_be_one_name(one: str, other: str) -> bool:
    """Whether somebody who is called the one may be called the other."""
    return not stands_for(one).isdisjoint(stands_for(other))


_ALSO_BY_THEMSELVES_TEXT = """
alexa alexis alice anna anne betty carol carrie concha dee dom drew eve gene harry isabella jack
jackie jamie jay jerry jessie joe johnny jon jude julie kelly larry laurie lee len leo les liam lily
lisa lola lori louie mari mark mary max molly nathan nell nora pat peggy polly rene rose sadie sally
sandra sandy sasha sean shelly stella sue terry tess tina tracy trudy ty val wendy
"""
ALSO_BY_THEMSELVES = frozenset(_ALSO_BY_THEMSELVES_TEXT.split())
"""Short names that parents give as they are: of twins one may be John and one Jack."""


def is_short_for(one: str, other: str) -> bool:
    """Whether one of two names is short for the other and nothing else, and not given by itself, too."""
    return _is_short(one, other) or _is_short(other, one)


def _is_short(short: str, name: str) -> bool:
    return short not in ALSO_BY_THEMSELVES and GROUPS_OF.get(short) == frozenset({name})


_CARRIERS_TEXT = """
maria jose juan luz mohammed muhammad mohamed mohammad abdul abd thi
"""
CARRIERS = frozenset(_CARRIERS_TEXT.split())
"""First names that are given with a second one by which people are told apart: of twins one is María Ana and
one María Elena, and files often leave the second out."""
