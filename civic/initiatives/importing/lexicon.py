"""The words by which topics are recognised, folded: `word` (and its plural), `begin*`, `two_words`.

Categories are those of Transiscope and its sources (Près de chez nous, the Oasis network, GoGoCarto maps),
folded.
"""

CATEGORIES: dict[str, tuple[str, ...]] = {
    "agriculture et alimentation": ("alimentation",),
    "alimentation": ("alimentation",),
    "alimentation et agriculture": ("alimentation",),
    "agriculture": ("alimentation",),
    "jardins partages": ("alimentation", "nature"),
    "circuits courts": ("alimentation", "economie-locale"),
    "mobilite": ("mobilite",),
    "mobilite et transport": ("mobilite",),
    "transport": ("mobilite",),
    "voyages et transports": ("mobilite",),
    "velo": ("mobilite",),
    "habitat logement": ("habitat",),
    "habitat": ("habitat",),
    "habitat participatif": ("habitat",),
    "eco construction": ("habitat",),
    "energie": ("energie",),
    "energies": ("energie",),
    "energies renouvelables": ("energie",),
    "biodiversite": ("nature",),
    "nature": ("nature",),
    "environnement": ("nature",),
    "eau": ("nature",),
    "culture": ("culture",),
    "medias": ("culture", "citoyennete"),
    "art et culture": ("culture",),
    "espaces de rencontres et de lien social": ("culture", "solidarite"),
    "tiers lieux": ("culture", "economie-locale"),
    "education": ("education",),
    "formation": ("education",),
    "sensibilisation": ("education",),
    "education populaire": ("education", "citoyennete"),
    "petite enfance": ("petite-enfance",),
    "enfance": ("petite-enfance", "education"),
    "emploi": ("emploi",),
    "insertion": ("emploi", "solidarite"),
    "solidarite": ("solidarite",),
    "solidarites": ("solidarite",),
    "entraide": ("solidarite",),
    "sante": ("sante",),
    "sante bien etre": ("sante",),
    "bien etre": ("sante",),
    "numerique": ("numerique",),
    "informatique": ("numerique",),
    "logiciels libres": ("numerique",),
    "fabriquer reparer zero dechets": ("reemploi",),
    "recyclage": ("reemploi",),
    "reemploi": ("reemploi",),
    "dechets": ("reemploi",),
    "tourisme": ("tourisme",),
    "hebergement": ("tourisme",),
    "citoyennete": ("citoyennete",),
    "citoyennete droits inclusion": ("citoyennete", "solidarite"),
    "democratie": ("citoyennete",),
    "systemes d echange alternatifs": ("economie-locale", "solidarite"),
    "monnaies locales": ("economie-locale",),
    "finance solidaire": ("economie-locale",),
    "economie sociale et solidaire": ("economie-locale",),
}

FAMILIES: dict[str, tuple[str, ...]] = {
    "ecologie alimentation energie": ("alimentation", "nature", "energie"),
    "habitat et urbanisme": ("habitat",),
    "education formation": ("education",),
    "culture medias et lien social": ("culture",),
    "economie sociale et solidaire": ("economie-locale",),
    "citoyennete droits solidarites": ("citoyennete", "solidarite"),
    "sante bien etre sport": ("sante",),
    "transports et mobilites": ("mobilite",),
}

LEXICON: dict[str, str] = {
    "alimentation": """
        aliment* agricol* agricult* agroecolog* amap auberge bio biologique biocoop boulang*
        brasserie cantine cereale chevre comestible cueillette cuisine elevage eleveur epicerie
        farine ferme fromage* fruit fruitier glanage jardin_nourricier legume magasin_bio maraich*
        miel oeuf pain panier paysan paysanne pomme producteur* productrice* circuit_court restaura*
        ruche_qui_dit_oui safran the traiteur verger viande vigneron* vin volaille vrac permaculture
        potager semence
    """,
    "mobilite": """
        autopartage auto_stop bicyclette covoitur* cyclable cycliste mobilite navette pedibus
        transport velo velobus voie_verte
    """,
    "habitat": """
        auto_construct* autoconstruct* bati ecoconstruct* eco_construct* eco_hameau ecohameau
        ecolieu habitat isolant isolation logement maison_bois materiaux ossature_bois paille
        relogement renovation habitat_partage habitat_participatif charpent*
    """,
    "energie": """
        energie energetique eolien* hydroelectri* photovoltai* solaire chauffage
        sobriete_energetique economie_d_energie
    """,
    "nature": """
        abeille agroforest* arbre biodivers* bocage compost* ecolog* environnement* etang faune
        flore foret haie jardin nature naturaliste oiseau paysage permaculture rucher riviere
        zone_humide recuperation_d_eau eau_de_pluie mare
    """,
    "culture": """
        art artiste artistique bibliotheque cafe_associatif chorale cine* cirque concert conte
        culture culturel* exposition fanfare festival galerie lecture librairie lien_social livre
        media musee musique musical* peinture photographie poesie radio spectacle theatre tiers_lieu
    """,
    "education": """
        apprendre apprentissage atelier_pedagogique college ecole educati* eduquer enseign*
        formation lycee pedagog* scolaire sensibilis* soutien_scolaire stage transmission
        savoir_faire savoirs
    """,
    "petite-enfance": """
        assistante_maternelle bebe creche garde_d_enfant jouet ludotheque micro_creche parentalite
        petite_enfance jardin_d_enfant
    """,
    "emploi": """
        chantier_d_insertion cooperative_d_activite demandeur_d_emploi emploi insertion recrut*
        reinsertion territoire_zero_chomeur chomage chomeur
    """,
    "solidarite": """
        aide_alimentaire accueil_de_jour asile demuni emmaus entraide exclusion exile handicap
        hebergement_d_urgence humanitaire inclusi* isole migrant precaire precarite refugie
        restos_du_coeur sans_abri sans_papier secours solidaire solidarite a_la_rue lien_social
    """,
    "sante": """
        bien_etre cosmetique herboristerie hygiene infirmier* kinesi* massage medecin* medical*
        naturopath* phytotherap* plante_aromatique plante_medicinale sante soin sophrolog* therap*
        yoga
    """,
    "numerique": """
        code_informatique fablab fab_lab informatique internet linux logiciel_libre logiciel
        numerique ordinateur hackerspace
    """,
    "reemploi": """
        bricol* deuxieme_vie seconde_vie seconde_main dechet fripe friperie gratiferia objet_casse
        reemploi recupera* recycl* recyclerie repair_cafe repar* ressourcerie surcycl* upcycl*
        vide_grenier zero_dechet donnerie chute_de_production
    """,
    "tourisme": """
        balade camping chambre_d_hote ecogite eco_gite gite hebergement hotel* randonnee sejour
        tourisme touris* vacances visite_guidee visite yourte chambre table_d_hote
    """,
    "citoyennete": """
        citoyen citoyenne citoyennete conseil_citoyen collectif_citoyen debat democrati* droits
        engagement_citoyen militant participati* concertation mobilisation
    """,
    "economie-locale": """
        artisan artisanat artisanal* commerce_local commercant cooperative createur_local economie
        coworking entrepreneur* magasin_de_producteur monnaie_locale sel systeme_d_echange echange
        boutique atelier_bois menuiserie consommation_responsable pepiniere_d_entreprise
    """,
}
