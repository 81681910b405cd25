import type { VerifierCatalogue } from './en';

/** French as it is written in Canada. */
export const frCaVerifier = {
  'verifier.title': 'Vérifier une exportation ou une preuve',
  'verifier.intro':
    'Choisissez un fichier écrit par Ticket Rail, et lisez s’il est tel qu’il a été écrit, et ce qu’il dit. Il est lu sur cet appareil et ne le quitte jamais : cette page n’ouvre aucune connexion, et peut être enregistrée et utilisée sans réseau.',
  'verifier.save': 'Enregistrer cette page pour l’utiliser sans réseau',
  'verifier.files': 'Fichiers à vérifier',
  'verifier.drop': 'ou déposez-les ici',
  'verifier.takes':
    'Elle prend les preuves (.evidence.html) et les exportations (.ndjson, .csv), telles qu’elles ont été téléchargées. Choisissez avec la preuve la clé publique du service du restaurant (PEM), et ce qui y est signé sera vérifié aussi. Un fichier CSV de la version 0.2 ou d’avant a un manifeste à côté (.csv.manifest.json) : choisissez les deux.',
  'verifier.results': 'Résultats',
  'verifier.no_file': 'Pas encore de fichier.',
  'verifier.verifying': 'Vérification…',
  'verifier.verifying_file': 'Vérification de {file}',
  'verifier.so_far': {
    one: 'Vérification : {count} événement jusqu’ici',
    other: 'Vérification : {count} événements jusqu’ici',
  },
  'verifier.nothing': 'Il n’y avait ni exportation ni preuve parmi les fichiers.',
  'verifier.result': '{file} : {verdict}.',
  'verifier.details': 'Détails, tels que {command} les écrit, en anglais',
  'verifier.too_large': 'Une preuve de plus de {bytes} octets n’est pas lue ici : {command} la prend.',
  'verifier.unreadable': 'Le fichier ne peut pas être lu : {why}',

  'verdict.holds': 'Valide',
  'verdict.undecided': 'Ce qui peut être vérifié est valide',
  'verdict.within': 'Pas valide tel quel',
  'verdict.broken': 'Pas valide',
  'verdict.unusable': 'Non vérifié',

  'means.holds':
    'Chaque avis qu’il contient est tel qu’il a été enregistré : aucun n’a été changé, retiré ni intercalé depuis, à moins que quelqu’un n’ait refait tous les hachages du fichier.',
  'means.holds_rows':
    'Chaque ligne qu’il contient est telle qu’elle a été écrite : aucune n’a été changée, retirée ni intercalée depuis, à moins que quelqu’un n’ait refait tous les hachages du fichier. Que les lignes sont ce qui a été enregistré se vérifie dans une exportation NDJSON.',
  'means.not_true':
    'Cela ne veut pas dire que ce que le service de livraison a signalé était vrai, ni qu’il a tout signalé.',
  'means.signed_by_key': 'Ce qui y est signé l’a été avec la clé choisie avec lui.',
  'means.signed_by_unknown':
    'Qui l’a signé n’a pas été vérifié : choisissez avec lui la clé publique du service du restaurant, et prenez cette clé ailleurs.',
  'means.signed_by_nobody': 'Rien n’y est signé, il ne montre donc pas qui l’a fait.',
  'means.withheld':
    'Le fichier est tel qu’il a été écrit, à moins que quelqu’un n’en ait refait tous les hachages. Les téléphones et les codes de ramassage en ont été retirés, et avec eux les hachages de chaque avis : que les avis qu’il contient sont ceux qui ont été enregistrés ne peut donc pas être vérifié ici. Il faut un fichier qui les montre.',
  'means.other_page':
    'La page du fichier a été faite par une autre version, ou avec d’autres horloges : si elle montre ce qui a été signalé ne peut pas être vérifié ici. Fiez-vous à ce qui est écrit ici, et non à cette page.',
  'means.no_manifest':
    'Les lignes qui sont là sont telles qu’elles ont été écrites. Le manifeste manque, on ne peut donc pas voir s’il manque des lignes à la fin : choisissez les deux fichiers.',
  'means.cut':
    'Les lignes sont telles qu’elles ont été écrites. Certaines cellules ont été coupées à ce que prend une feuille de calcul; ce qui a été coupé n’est que dans une exportation NDJSON.',
  'means.within_all':
    'En chemin, ses fins de ligne ont été changées, ou une marque a été mise devant, comme le font le courriel, git et les éditeurs. Une fois cela défait, rien d’autre n’y cloche. Demandez le fichier tel qu’il a été téléchargé.',
  'means.within_facts':
    'Les faits qu’il contient sont inchangés, à moins que quelqu’un n’ait refait tous les hachages du fichier. La page autour d’eux n’est pas telle qu’elle a été écrite : un navigateur qui enregistre une page à nouveau la change, et n’importe qui le peut aussi. Ne vous fiez pas à ce que montre cette page; demandez le fichier tel qu’il a été téléchargé.',
  'means.no_evidence':
    'La preuve manque : il n’y a que la page autour d’elle, comme le courriel et les navigateurs peuvent la laisser. Demandez le fichier tel qu’il a été téléchargé.',
  'means.other_key':
    'Ce qui y est signé ne concorde pas : il a été signé avec une autre clé que celle choisie avec lui, ou les avis ne sont pas ceux qui ont été signés.',
  'means.broken':
    'Quelque chose y a été changé après l’écriture, ou il n’est pas entier. Ne vous y fiez pas; demandez le fichier tel qu’il a été téléchargé. Les détails nomment le premier endroit.',
  'means.spreadsheet': 'Une feuille de calcul qui enregistre à nouveau un tel fichier en change chaque ligne.',
  'means.unsealed': {
    one: 'De {count} événement, conservé par une version d’avant ces hachages, on ne peut rien dire.',
    other: 'De {count} événements, conservés par des versions d’avant ces hachages, on ne peut rien dire.',
  },
  'means.claims': {
    one: 'Il contient {count} déclaration d’un écran, selon laquelle il a affiché la commande. Elle est telle qu’elle a été écrite dans ce fichier. Si le service l’a reçue ainsi, seul le journal du service le montre; si quelqu’un a regardé, rien ne le montre.',
    other:
      'Il contient {count} déclarations d’écrans, selon lesquelles ils ont affiché la commande. Elles sont telles qu’elles ont été écrites dans ce fichier. Si le service les a reçues ainsi, seul le journal du service le montre; si quelqu’un a regardé, rien ne le montre.',
  },
  'means.begun': 'Ce qui a précédé certains de ses événements n’y est pas, et n’a pas été vérifié.',

  'foreign.other':
    'Ce n’est ni une preuve ni une exportation de Ticket Rail. Choisissez le fichier qui finit par .evidence.html, .ndjson ou .csv, tel qu’il a été téléchargé.',
  'foreign.print':
    'Un PDF ne peut pas être vérifié : c’est une impression. Choisissez le fichier qui finit par .evidence.html, tel qu’il a été téléchargé.',
  'foreign.web_archive':
    'C’est une page qu’un navigateur a enregistrée dans un format à lui, sans la preuve. Choisissez le fichier qui finit par .evidence.html, tel qu’il a été téléchargé.',
  'foreign.archive':
    'C’est un fichier ZIP ou un document de bureautique. S’il contient une preuve, décompressez-le, et choisissez le fichier qui finit par .evidence.html, .ndjson ou .csv.',
  'foreign.verifier':
    'C’est la page qui vérifie, pas une preuve. Choisissez le fichier qui finit par .evidence.html, .ndjson ou .csv, tel qu’il a été téléchargé.',

  'about.order': 'Commande {order} du restaurant {location}',
  'about.location': 'Restaurant {location}',
  'about.all_orders': 'Commandes de tous les restaurants',
  'about.everything': 'Tout le journal',
  'about.when': {
    one: '{count} événement, reçu à {from} ({zone})',
    other: '{count} événements, reçus de {from} à {to} ({zone})',
  },
  'about.reported': 'Ce qui a été signalé',
  'about.file_says': 'Ce qui a été signalé, d’après le fichier',
  'about.facts_say': 'Ce qui a été signalé, d’après les faits qu’il contient',
  'about.nth': 'commande {number} de {all} avec ce numéro',

  'results.heading': 'Ce que veut dire un résultat',
  'results.holds':
    'Rien n’a été changé par quelqu’un qui n’aurait pas recalculé tous les hachages du fichier. Chaque ligne a un hachage d’elle-même et des lignes d’avant, et chaque événement le hachage de son contenu et celui de l’événement d’avant : un événement changé, retiré, intercalé ou déplacé se trouve donc. La page de la preuve a été refaite à partir de ses événements, et montre la même chose.',
  'results.undecided': 'Rien ne le contredit, mais tout n’a pas pu être vérifié, et il est dit quoi et pourquoi.',
  'results.within':
    'Les faits qu’il contient sont inchangés, mais le fichier n’est pas tel qu’il a été écrit, et peut montrer autre chose que ce qu’ils disent.',
  'results.broken': 'Quelque chose a été changé après l’écriture du fichier. Le premier endroit vient d’abord.',
  'results.unusable': 'Ce n’est pas un tel fichier, ou il n’a pas pu être lu.',
  'results.no_proof': 'Aucun résultat ne prouve',
  'results.not_true': 'que ce qui a été signalé était vrai, ou qu’aucun avis ne s’est perdu en chemin;',
  'results.not_file':
    'que le fichier entier n’a pas été refait, ou coupé au début ou à la fin, avec tous ses hachages : ils ne demandent pas de clé, n’importe qui peut donc les calculer. Le comparer au journal le révèle;',
  'results.not_store':
    'que le journal entier n’a pas été réécrit avec tous ses hachages. Seuls y remédient des points de contrôle signés qui ont été gardés ailleurs;',
  'results.not_signer':
    'qui a signé les points de contrôle d’une preuve, à moins que la clé publique n’ait été choisie avec elle, et ne vienne d’ailleurs.',
  'results.doubt':
    'Ne prenez pas cette page de la partie dont vous doutez : c’est le fichier {file} du paquet de Ticket Rail {version}, et {command} fait la même chose en ligne de commande.',
} as const satisfies VerifierCatalogue;
