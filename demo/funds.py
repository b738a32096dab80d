"""What the campaigns of the demonstration say and receive."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Fund:
    """A campaign opened `opened` days ago for `lasts` days; 0 opened: sent to the review `written` days ago.

    `own`: the initiative's organisation receives the money itself. `gifts` are words « who:euros »; an empty who is a passer-by, a « ! » after who a card that fails when it is charged.
    """

    key: str
    lead: str
    title: str
    summary: str
    story: str
    lines: tuple[tuple[str, int, str], ...]
    use: str
    risks: str
    opened: int
    lasts: int
    gifts: str = ""
    rewards: tuple[tuple[str, int, int | None], ...] = ()
    written: int = 0
    result: str = ""
    flexible: bool = False
    own: bool = False


FUNDS = (
    Fund(
        "fournil", "baptiste", "Une sole neuve pour le four de la halle", "Remonter la sole et la porte du four, éteint depuis 1961.",
        "Le four est sain, la sole est morte. Un fumiste du pays la remonte avec nous en quatre jours. La porte vient d’un four du Revermont, donnée par son propriétaire.\n\nAu premier dimanche du mois qui suit, nous cuisons ensemble. Chaque contributeur peut venir avec sa pâte.",
        (("Briques et chape réfractaires", 1150, "required"), ("Quatre journées du fumiste", 980, "required"), ("Transport et pose de la porte", 270, "required"), ("Deux pelles et un coffre à bois", 350, "optional")),
        "Achat des briques la première semaine, travaux la deuxième, premier feu la troisième. Nous raconterons chaque étape ici.",
        "Si la voûte bouge pendant les travaux, nous arrêtons et nous demandons un second avis avant de dépenser le reste.",
        150, 40, "yvette:100 lea:20 camille:30 :50 :200 robert:40 :150 :60 helene:25 :100 ines:50 :300 :80 :20 :120 martine:30 :250 :45 :90 :60 :200 colette:15 :180 :75 :140 :60",
        (("Un pain de la première fournée", 20, 40), ("Votre nom sur une brique", 60, 20)),
    ),
    Fund(
        "conserverie", "antoine", "Un atelier complet pour la conserverie", "Équiper un atelier de mise en bocaux de cent mètres carrés.",
        "Nous voulions tout : les murs, la chaîne, le camion. Les maraîchers étaient d’accord, la salle était trouvée, le budget était écrit.\n\nLa collecte n’a pas atteint son minimum. Personne n’a été débité. Nous avons relu chaque ligne avec l’équipe et nous repartons de plus petit.",
        (("Autoclave et marmites", 5200, "required"), ("Mise aux normes de la salle", 3100, "required"), ("Deux mille bocaux", 700, "required"), ("Un véhicule frigorifique", 6000, "optional")),
        "Travaux en deux mois, première saison de tomates ensuite. Le bilan est présenté à tous les contributeurs.",
        "Si la salle n’est pas aux normes à temps, la première saison se fait dans la cuisine de la salle des fêtes.",
        130, 42, "simone:100 helene:50 :200 :150 :30 :60 louis:40 :120 :80 :20 camille:20",
    ),
    Fund(
        "navette", "anne-marie", "Un minibus pour sept hameaux", "Acheter ensemble un minibus de neuf places, et le conduire entre voisins.",
        "Dans nos hameaux, une personne sur cinq ne conduit pas. Le car passe deux fois par jour, jamais le mardi, jour de marché.\n\nNous sommes onze voisins. Depuis l’automne, nous faisons ces trajets avec nos voitures : 214 voyages, 38 passagers. Un minibus permet de faire mieux, ensemble.\n\nLe minibus est trouvé : il a neuf ans et 84 000 kilomètres. Le garage nous le garde jusqu’à la fin de la collecte.",
        (("Achat du minibus d’occasion", 4200, "required"), ("Assurance de la première année", 980, "required"), ("Carte grise et contrôle technique", 520, "required"), ("Frais bancaires estimés", 300, "required"), ("Rampe pour fauteuil roulant", 1400, "optional"), ("Peinture par les écoles", 600, "optional")),
        "Achat du minibus la semaine qui suit la collecte. Première tournée deux semaines plus tard, tout le monde est invité.",
        "Si ce minibus est vendu à un autre, nous en cherchons un semblable au même prix, et nous l’écrivons ici.",
        31, 42, "odile:50 :200 gerard:100 :30 mariam:20 :150 :500 rose:40 lucien:60 :80 :300 fatou:30 :120 colette:50 :250 :100 robert:200 :45 :90 :350 agathe:30 :60 :180 martine:20 :75 :400 :150 sylvie:40 :110 :260 helene:50 :140 :95 nicole:25 :300 :85",
        (("Une carte postale de la navette", 20, None), ("Votre prénom sur la portière", 60, 60)),
        result="Un minibus de neuf places, six tournées par semaine, quarante passagers, douze conductrices et conducteurs bénévoles.",
    ),
    Fund(
        "velo", "mateo", "Un appentis de bois pour l’atelier vélo", "Le bois, les tuiles et l’assurance d’un toit que nous monterons nous-mêmes.",
        "Notre cour est belle, mais il y pleut. D’octobre à mars, un samedi sur deux, l’atelier ferme faute d’abri.\n\nUn charpentier nous a dessiné un appentis de trente mètres carrés. Nous le montons avec lui en deux week-ends.",
        (("Bois de charpente", 640, "required"), ("Tuiles de réemploi", 310, "required"), ("Assurance du chantier", 250, "required"), ("Un éclairage", 180, "optional")),
        "Achat du bois dès la fin de la collecte, montage en deux week-ends le mois suivant.",
        "S’il gèle, nous repoussons le montage d’un mois ; le bois attend au sec.",
        36, 34, "sylvie:50 :100 samir:40 hugo:20 camille!:30 :150 :80 nicole:25 :120 :200 :60 naima:35 :90 :180 :110",
        own=True,
    ),
    Fund(
        "histoires", "marguerite", "Un chauffage pour le Car à histoires", "Lire au chaud de novembre à mars, dans huit villages.",
        "L’hiver, le car est une glacière : les enfants gardent leurs gants pour tourner les pages. Un chauffage autonome et deux vitrages règlent la question.",
        (("Chauffage autonome", 820, "required"), ("Deux vitrages isolants", 380, "required"), ("Des plaids tricotés", 120, "optional")),
        "Pose du chauffage à la fin de la collecte, tournée d’hiver la semaine suivante.",
        "Si le garage a du retard, les lectures se font dans les mairies.",
        58, 40, "odile:60 :120 lucien!:180 rose:40 :90 colette!:150 :60 helene:80 :100 :140 jeanne:30 :110 :70",
    ),
    Fund(
        "vergers", "thomas", "Deux cents fruitiers dans les haies", "Dix-huit euros par arbre, tuteur et protection compris.",
        "Il y avait des pommiers tout le long des chemins. Nous en replantons deux cents, avec les écoles et les communes.\n\nLes variétés sont celles d’ici. Chaque arbre aura son numéro, sa classe marraine et sa ligne dans un cahier public.",
        (("Deux cents jeunes arbres", 2200, "required"), ("Tuteurs et protections", 1100, "required"), ("Transport", 300, "required"), ("Panneaux gravés par les enfants", 500, "optional")),
        "Commande à la pépinière à la fin de la collecte, plantation hors gel, deux samedis par mois.",
        "Si l’hiver est trop humide, la plantation attend l’automne suivant. Les arbres restent en jauge chez le pépiniériste.",
        6, 38, "lucien:36 :54 rose:18 jeanne:36 :90 mariam:18 :180 emma:20 :72 camille:18",
        (("Un pot de gelée de pomme", 36, 80),),
    ),
    Fund(
        "radio", "karim", "Deux micros pour la Radio des Roseaux", "Remplacer deux micros qui grésillent, et garder l’antenne du mercredi.",
        "Nos micros ont quinze ans. L’un coupe les consonnes, l’autre siffle quand il fait froid. Nous en avons trouvé deux, révisés, chez un ingénieur du son de Saint-André-de-Corcy.\n\nIls serviront aussi aux fêtes : le studio mobile se prête à toutes les associations.",
        (("Deux micros révisés", 620, "required"), ("Câbles et pieds", 140, "required"), ("Un casque d’enfant", 90, "optional")),
        "Achat le lendemain de la collecte, première émission le mercredi suivant.",
        "Si l’un des micros tombe en panne, l’ingénieur le répare sans frais pendant un an.",
        27, 28, "emma:40 :60 lea!:25 karim:50 :120 clara:20 rachid:15 :80 simone:30 :150 camille:20 samir:35 :90 hugo:10 :75",
        (("Votre dédicace à l’antenne", 20, 50),),
    ),
    Fund(
        "cafe", "quentin", "Un auvent et des tasses pour le café ambulant", "S’installer chaque jeudi, même quand il pleut.",
        "Chaque jeudi, le café s’installe dans un hameau. Quand il pleut, il n’y a plus de place que sous le hayon.\n\nChaque euro sert tout de suite : d’abord les tasses, puis l’auvent, puis les bancs pliants.",
        (("Soixante tasses de réemploi", 180, "required"), ("Un auvent", 620, "required"), ("Huit bancs pliants", 480, "optional")),
        "Les tasses à deux cents euros, l’auvent dès qu’il est payé, les bancs s’il reste quelque chose.",
        "Avec moins, nous achetons les tasses et nous empruntons un barnum à la commune.",
        9, 36, "emma:20 :15 rose:10 :50 hugo:5 clara:25 :30", (("Une tasse à votre prénom", 20, 30),), 0,
        "Des tasses pour soixante personnes, puis un auvent et des bancs, selon ce qui arrive.", True,
    ),
    Fund(
        "bricotheque", "julie", "Des étagères pour deux cents outils", "Ranger, étiqueter et assurer les outils prêtés par les voisins.",
        "Deux cents objets tiennent aujourd’hui dans un garage. On s’y perd, on s’y cogne. Des étagères, des étiquettes et une assurance, et la bricothèque peut ouvrir deux jours de plus par semaine.",
        (("Étagères d’occasion", 480, "required"), ("Assurance des prêts, un an", 290, "required"), ("Étiquettes et registre", 80, "required")),
        "Achat des étagères en une fois, ouverture élargie trois semaines plus tard.",
        "Si l’assureur refuse les échelles, nous les retirons du prêt.",
        0, 30, "", (), 2,
    ),
)  # fmt: skip
