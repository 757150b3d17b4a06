"""What the three specialties do all day: visits that break no rule, on any service date from late 2020 on.

The codes stand for themselves: procedures and diagnoses that have been valid without a gap since 2019, combined so
that no two of a visit form a procedure-to-procedure pair, no unit exceeds a limit, and no add-on lacks its primary.
Plausible, not real: the frequencies are our own.
"""

from sample_practice.visit import (
    ADULT,
    CARDIOLOGY,
    CHILD,
    FAMILY,
    NEW,
    ORTHOPEDICS,
    OUTPATIENT_HOSPITAL,
    SENIOR,
    SURGERY_CENTER,
    Visit,
    choices,
    lines,
)


def _office(
    specialty: str, weight: float, procedures: str, diagnoses: str, audience: str = ADULT, *, referred: bool = False
) -> Visit:
    return Visit(specialty, lines(procedures), choices(diagnoses), audience=audience, weight=weight, referred=referred)


def _facility(
    specialty: str, weight: float, place: str, procedures: str, diagnoses: str, *, accident: bool = False
) -> Visit:
    return Visit(
        specialty,
        lines(procedures),
        choices(diagnoses),
        place=place,
        weight=weight,
        referred=True,
        authorized=not accident,
        accident=accident,
    )


_FAMILY = (
    _office(FAMILY, 8, "99213", "I10 E785 J069 K219 J302 L309 R5383 F411 E039+E785 I10+E785 J209+J45909"),
    _office(FAMILY, 4, "99214@1,2", "E1165+I10 E119+E785 I10+E039 J45909+J302 F329+F411 N390+I10"),
    _office(FAMILY, 9, "99214@1,2 36415@1 80053@1,2 83036-QW@1", "E1165+I10 E119+E785 E1142+I10 E119+I10 R7303+E785"),
    _office(FAMILY, 13, "99214@1,2 36415@1 80053@1,2 80061@2", "I10+E785 E119+E782 E039+E785"),
    _office(FAMILY, 9, "99213@1 36415@1 80053@1 85025@1", "R5383 D649 K219+R5383"),
    _office(FAMILY, 4, "36415@1 80053@1 80061@2 84443@1", "E039+E785 R5383+E782"),
    _office(FAMILY, 3, "99213@1,2 36415@1 82306@2 82607@1", "R5383+E559 D649+E559"),
    _office(FAMILY, 6, "99213@1 36415@1 85025@1", "D649 R5383 R0981+J069 E559+D649"),
    _office(FAMILY, 5, "99213@1 87880-QW@1", "J020 J069 R509"),
    _office(FAMILY, 4, "99213@1,2 93000@1", "I10+E785 R0789+I10 R002+I10"),
    _office(FAMILY, 4, "36415@1 80061@1 84443@2", "E785+E039 E782+E039"),
    _office(FAMILY, 3, "90471@1 90686@1", "Z23"),
    _office(FAMILY, 3, "90471@1 90686@1 90472@1 90715@1", "Z23"),
    _office(FAMILY, 3, "99213@1,2 81003-QW@1", "N390+R509 N390+I10"),
    _office(FAMILY, 2, "99213@1 96127@1", "F411 F329 F329+F411"),
    _office(FAMILY, 2, "99213-25@1 99406@2", "J209+F17210 I10+F17210"),
    _office(FAMILY, 2, "99212-25@1 69210@1", "H6123 H6121"),
    _office(FAMILY, 2, "17110@1", "B079"),
    _office(FAMILY, 2, "11102@1 11103@1", "L820 L821"),
    _office(FAMILY, 2, "99213-25@1,2 20610-RT@1 J3301*4@1", "M1711+I10 M25561+E785"),
    _office(FAMILY, 2, "99211@1", "I10 Z7901"),
    _office(FAMILY, 6, "G0439@1 36415@2 80053@2 80061@2", "Z0000+E785 Z0000+E782", SENIOR),
    _office(FAMILY, 1, "G0439@1", "Z0000 Z0001+I10", SENIOR),
    _office(FAMILY, 3, "G0008@1 90662@1", "Z23", SENIOR),
    _office(FAMILY, 8, "99214@1,2,3 36415@1 80053@1,2 83880@3", "I10+E119+I509 I119+E785+I5032", SENIOR),
    _office(FAMILY, 3, "99215@1,2,3,4", "E1165+I10+E785+K219 I5022+I10+E119+E785", SENIOR),
    _office(FAMILY, 4, "99203@1", "I10 E785 J069 K219 R5383", NEW),
    _office(FAMILY, 4, "99204@1,2 36415@1 80053@1,2 85025@2", "I10+E785 E119+I10 E039+R5383", NEW),
    _office(FAMILY, 2, "99202@1", "J069 J302 L309", NEW),
    _office(FAMILY, 8, "99213@1", "J069 H6691 H6692 J302 R509 L309 J45909", CHILD),
    _office(FAMILY, 5, "99213@1 87880-QW@1", "J020 J069+R509", CHILD),
    _office(FAMILY, 3, "99212@1", "L309 B079 J302", CHILD),
    _office(FAMILY, 4, "90460@1 90686@1", "Z23", CHILD),
    _office(FAMILY, 2, "99213@1,2 81003-QW@1", "N390+R509", CHILD),
)

_ORTHOPEDICS = (
    _office(ORTHOPEDICS, 6, "99203@1 73562-RT@1", "M1711 M25561", NEW, referred=True),
    _office(ORTHOPEDICS, 6, "99203@1 73030-LT@1", "M7542 M25512", NEW, referred=True),
    _office(ORTHOPEDICS, 4, "99204@1,2 72100@1", "M5416+M5412", NEW, referred=True),
    _office(ORTHOPEDICS, 4, "99213@1", "M1711 M1712 M7541 M7542 M5412 M5416 G5601 G5602 M7061"),
    _office(ORTHOPEDICS, 5, "99213@1 73562-RT@1", "M1711 M25561"),
    _office(ORTHOPEDICS, 5, "99213@1 73562-LT@1", "M1712 M25562"),
    _office(ORTHOPEDICS, 5, "99213@1,2 73562-RT@1 73562-LT@2", "M1711+M1712 M25561+M25562"),
    _office(ORTHOPEDICS, 9, "99213-25@1 73562-RT@1 20610-RT@1 J3301*4@1", "M1711 M25561"),
    _office(ORTHOPEDICS, 4, "99213@1 73030-RT@1", "M7541 M25511 M75121"),
    _office(ORTHOPEDICS, 3, "99214@1,2 73610-LT@1", "S93402A+M79672"),
    _office(ORTHOPEDICS, 3, "99214@1 73110-RT@1 73130-RT@2", "S52501A+S62306A S63501A+S60221A"),
    _office(ORTHOPEDICS, 6, "20610-RT@1 J3301*4@1", "M1711 M25561 M7541"),
    _office(ORTHOPEDICS, 5, "99213-25@1,2 20610-LT@1 J3301*4@1", "M1712+M25562 M7542+M25512"),
    _office(ORTHOPEDICS, 2, "20550-F8@1 J3301@1", "M65341"),
    _office(ORTHOPEDICS, 6, "97110*2@1 97140@1 97035@1", "Z471+Z96651 M5416 M7541"),
    _office(ORTHOPEDICS, 3, "73721-RT@1", "S83241A M23221 M25561"),
    _office(ORTHOPEDICS, 2, "29125-RT@1", "S52501A"),
    _facility(ORTHOPEDICS, 2, SURGERY_CENTER, "29881-RT@1", "S83241A M23221"),
    _facility(ORTHOPEDICS, 2, SURGERY_CENTER, "64721-LT@1", "G5602"),
    _facility(ORTHOPEDICS, 2, SURGERY_CENTER, "29827-RT@1 29826-RT@2", "M75121+M7541"),
    _facility(ORTHOPEDICS, 1, SURGERY_CENTER, "26055-F8@1", "M65341"),
    _facility(ORTHOPEDICS, 2, OUTPATIENT_HOSPITAL, "27447-LT@1", "M1712"),
    _facility(ORTHOPEDICS, 1, OUTPATIENT_HOSPITAL, "27130-RT@1", "M1611"),
    _facility(ORTHOPEDICS, 1, OUTPATIENT_HOSPITAL, "22551@1 22552@1 22845@1", "M4802 M50222+M5412"),
    _facility(ORTHOPEDICS, 2, OUTPATIENT_HOSPITAL, "25605-LT@1", "S52502A+W010XXA S52502A+W1830XA", accident=True),
    _facility(ORTHOPEDICS, 1, OUTPATIENT_HOSPITAL, "27786-RT@1", "S82841A+W010XXA", accident=True),
)

_CARDIOLOGY = (
    _office(CARDIOLOGY, 8, "99204@1,2 93000@1", "R0789+I10 R002+I10 I4891+I10 I2510+E785", NEW, referred=True),
    _office(CARDIOLOGY, 4, "99205@1,2,3 93000@1,2", "I5022+I10+I4891 I350+I2510+E785", NEW, referred=True),
    _office(CARDIOLOGY, 9, "99214@1,2 93000@1", "I2510+I10 I4891+I10 I480+E785 I5022+I110 I350+I10"),
    _office(CARDIOLOGY, 11, "99214@1,2 93000@1 36415@1 80061@2", "I2510+E785 I10+E782 I480+E785"),
    _office(CARDIOLOGY, 6, "99214@1,2 93306@1", "I350+I10 I5022+I2510 I340+I4891"),
    _office(CARDIOLOGY, 4, "99213@1 36415@1 80048@1", "I10 I5022+I10 I4891"),
    _office(CARDIOLOGY, 3, "99213@1", "I10 I2510 I4891 I340 I739 R55 I4820+I10"),
    _office(CARDIOLOGY, 3, "93306@1", "I350 I5032 R0602 I4891 I340+I5022"),
    _office(CARDIOLOGY, 3, "93015@1", "R079 R0789 I2510"),
    _office(CARDIOLOGY, 3, "78452@1 A9500*2@1 93015@1", "I25110 R079 I2510+R9431", referred=True),
    _office(CARDIOLOGY, 3, "93224@1", "R002 I4891 R55"),
    _office(CARDIOLOGY, 3, "93280@1", "I495+Z950 I442+Z950"),
    _office(CARDIOLOGY, 2, "93294@1 93296@1", "I495+Z950"),
    _office(CARDIOLOGY, 3, "93880@1", "I6523 I6522", referred=True),
    _office(CARDIOLOGY, 2, "93970@1", "R600 I872 I82411", referred=True),
    _office(CARDIOLOGY, 4, "93798@1", "I252+Z955 Z951+I2510"),
    _office(CARDIOLOGY, 6, "99215@1,2,3,4 93000@1", "I5022+I4820+I2510+I10 I350+I509+I10+E785", SENIOR),
    _office(CARDIOLOGY, 4, "99214@1,2 93000@1 36415@1 83880@1", "I5022+I10 I509+I119", SENIOR),
    _facility(CARDIOLOGY, 2, OUTPATIENT_HOSPITAL, "93458-26@1", "I25110 I2510+R9431"),
    _facility(CARDIOLOGY, 1, OUTPATIENT_HOSPITAL, "93458-26@1 93571-26@1", "I25110"),
    _facility(CARDIOLOGY, 2, OUTPATIENT_HOSPITAL, "92928-RC@1", "I25110 I2510+Z955"),
    _facility(CARDIOLOGY, 2, OUTPATIENT_HOSPITAL, "93312-26@1 93320-26@1 93325-26@1", "I340 I4891+I340 I350"),
)

VISITS = _FAMILY + _ORTHOPEDICS + _CARDIOLOGY
SPECIALTY_WEIGHTS = {FAMILY: 0.55, ORTHOPEDICS: 0.2, CARDIOLOGY: 0.25}
