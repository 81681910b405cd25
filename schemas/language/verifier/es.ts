import type { VerifierCatalogue } from './en';

/** Spanish as it is spoken in the Americas. */
export const esVerifier = {
  'verifier.title': 'Verificar una exportación o una evidencia',
  'verifier.intro':
    'Elija un archivo que escribió Ticket Rail, y lea si está como se escribió y qué dice. Se lee en este dispositivo y no sale de él: esta página no abre ninguna conexión, y se puede guardar y usar sin red.',
  'verifier.save': 'Guardar esta página para usarla sin red',
  'verifier.files': 'Archivos que verificar',
  'verifier.drop': 'o suéltelos aquí',
  'verifier.takes':
    'Acepta evidencias (.evidence.html) y exportaciones (.ndjson, .csv), tal como se descargaron. Elija junto con la evidencia la clave pública del servicio del restaurante (PEM), y se verificará también lo que está firmado en ella. Un archivo CSV de la versión 0.2 o anterior tiene al lado un manifiesto (.csv.manifest.json): elija los dos.',
  'verifier.results': 'Resultados',
  'verifier.no_file': 'Aún no hay archivo.',
  'verifier.verifying': 'Verificando…',
  'verifier.verifying_file': 'Verificando {file}',
  'verifier.so_far': {
    one: 'Verificando: {count} evento hasta ahora',
    other: 'Verificando: {count} eventos hasta ahora',
  },
  'verifier.nothing': 'Entre los archivos no había ninguna exportación ni evidencia.',
  'verifier.result': '{file}: {verdict}.',
  'verifier.details': 'Detalles, tal como los escribe {command}, en inglés',
  'verifier.too_large': 'Aquí no se leen evidencias de más de {bytes} bytes: {command} las acepta.',
  'verifier.unreadable': 'No se puede leer el archivo: {why}',

  'verdict.holds': 'Es válido',
  'verdict.undecided': 'Lo que se puede comprobar es válido',
  'verdict.within': 'No es válido tal como está',
  'verdict.broken': 'No es válido',
  'verdict.unusable': 'No verificado',

  'means.holds':
    'Cada aviso que contiene está como se registró: ninguno se cambió, se quitó ni se intercaló desde entonces, salvo que alguien haya rehecho todos los hashes del archivo.',
  'means.holds_rows':
    'Cada fila que contiene está como se escribió: ninguna se cambió, se quitó ni se intercaló desde entonces, salvo que alguien haya rehecho todos los hashes del archivo. Si las filas son lo que se registró se verifica en una exportación NDJSON.',
  'means.not_true':
    'No significa que lo que informó el servicio de reparto fuera cierto, ni que haya informado de todo.',
  'means.signed_by_key': 'Lo que está firmado en él se firmó con la clave que se eligió con él.',
  'means.signed_by_unknown':
    'No se verificó quién lo firmó: elija con él la clave pública del servicio del restaurante, y obtenga esa clave por otra vía.',
  'means.signed_by_nobody': 'Nada en él está firmado, así que no muestra quién lo hizo.',
  'means.withheld':
    'El archivo está como se escribió, salvo que alguien haya rehecho todos sus hashes. No lleva teléfonos ni códigos de retiro, y por eso tampoco los hashes de cada aviso: así que aquí no se puede comprobar si los avisos que contiene son los que se registraron. Hace falta un archivo que los muestre.',
  'means.other_page':
    'La página del archivo la hizo otra versión, o con otros relojes: aquí no se puede comprobar si muestra lo que se informó. Fíese de lo que dice aquí, no de esa página.',
  'means.no_manifest':
    'Las filas que hay están como se escribieron. Falta el manifiesto, así que no se puede ver si faltan filas al final: elija los dos archivos.',
  'means.cut':
    'Las filas están como se escribieron. Algunas celdas se cortaron a lo que cabe en una hoja de cálculo; lo cortado solo está en una exportación NDJSON.',
  'means.within_all':
    'En el camino se cambiaron los finales de sus líneas, o se le antepuso una marca, como hacen el correo, git y los editores. Deshecho eso, no tiene nada más mal. Pida el archivo tal como se descargó.',
  'means.within_facts':
    'Los hechos que contiene no han cambiado, salvo que alguien haya rehecho todos los hashes del archivo. La página que los rodea no está como se escribió: un navegador que guarda una página de nuevo la cambia, y también puede hacerlo cualquiera. No se fíe de lo que muestra esa página; pida el archivo tal como se descargó.',
  'means.no_evidence':
    'Falta la evidencia: solo está la página que la rodea, como pueden dejarla el correo y los navegadores. Pida el archivo tal como se descargó.',
  'means.other_key':
    'Lo que está firmado en él no concuerda: se firmó con otra clave que la que se eligió con él, o los avisos no son los que se firmaron.',
  'means.broken':
    'Algo en él se cambió después de escribirse, o no está entero. No se fíe de él; pida el archivo tal como se descargó. Los detalles nombran el primer lugar.',
  'means.spreadsheet': 'Una hoja de cálculo que guarda de nuevo un archivo así cambia todas las filas.',
  'means.unsealed': {
    one: 'De {count} evento, que guardó una versión anterior a estos hashes, no se puede decir nada.',
    other: 'De {count} eventos, que guardaron versiones anteriores a estos hashes, no se puede decir nada.',
  },
  'means.claims': {
    one: 'Contiene {count} declaración de una pantalla, según la cual mostró el pedido. Está como se escribió en este archivo. Si el servicio la recibió así, solo lo muestra el registro del servicio; si alguien miró, no lo muestra nada.',
    other:
      'Contiene {count} declaraciones de pantallas, según las cuales mostraron el pedido. Están como se escribieron en este archivo. Si el servicio las recibió así, solo lo muestra el registro del servicio; si alguien miró, no lo muestra nada.',
  },
  'means.begun': 'Lo que hubo antes de algunos de sus eventos no está en él, y no se verificó.',

  'foreign.other':
    'Esto no es una evidencia ni una exportación de Ticket Rail. Elija el archivo que termina en .evidence.html, .ndjson o .csv, tal como se descargó.',
  'foreign.print':
    'Un PDF no se puede verificar: es una impresión. Elija el archivo que termina en .evidence.html, tal como se descargó.',
  'foreign.web_archive':
    'Esto es una página guardada por un navegador en un formato propio, sin la evidencia. Elija el archivo que termina en .evidence.html, tal como se descargó.',
  'foreign.archive':
    'Esto es un archivo ZIP o un documento de oficina. Si contiene una evidencia, descomprímalo y elija el archivo que termina en .evidence.html, .ndjson o .csv.',
  'foreign.verifier':
    'Esto es la página que verifica, no una evidencia. Elija el archivo que termina en .evidence.html, .ndjson o .csv, tal como se descargó.',

  'about.order': 'Pedido {order} del local {location}',
  'about.location': 'Local {location}',
  'about.all_orders': 'Pedidos de todos los locales',
  'about.everything': 'Todo el registro',
  'about.when': {
    one: '{count} evento, recibido a las {from} ({zone})',
    other: '{count} eventos, recibidos de {from} a {to} ({zone})',
  },
  'about.reported': 'Qué se informó',
  'about.file_says': 'Qué se informó, según el archivo',
  'about.facts_say': 'Qué se informó, según los hechos que contiene',
  'about.nth': 'pedido {number} de {all} con este número',

  'results.heading': 'Qué significa un resultado',
  'results.holds':
    'Nada lo cambió alguien que no haya calculado de nuevo todos los hashes del archivo. Cada línea tiene un hash de sí misma y de las líneas anteriores, y cada evento el hash de su contenido y el del evento anterior, así que se encuentra un evento que se cambió, se quitó, se intercaló o se movió. La página de la evidencia se hizo de nuevo a partir de sus eventos, y muestra lo mismo.',
  'results.undecided': 'Nada lo contradice, pero no se pudo verificar todo, y se dice qué y por qué.',
  'results.within':
    'Los hechos que contiene no han cambiado, pero el archivo no está como se escribió, y puede mostrar otra cosa que lo que dicen.',
  'results.broken': 'Algo se cambió después de escribir el archivo. El primer lugar va primero.',
  'results.unusable': 'No es un archivo de estos, o no se pudo leer.',
  'results.no_proof': 'Ningún resultado prueba',
  'results.not_true': 'que lo que se informó fuera cierto, o que ningún aviso se perdiera en el camino;',
  'results.not_file':
    'que no se haya rehecho el archivo entero, o cortado al principio o al final, con todos sus hashes: no necesitan clave, así que cualquiera puede calcularlos. Eso se encuentra comparándolo con el registro;',
  'results.not_store':
    'que no se haya reescrito el registro entero con todos sus hashes. Solo ayudan puntos de control firmados que se guardaron en otro lugar;',
  'results.not_signer':
    'quién firmó los puntos de control de una evidencia, salvo que se haya elegido con ella la clave pública, obtenida por otra vía.',
  'results.doubt':
    'No acepte esta página de la parte de la que duda: es el archivo {file} del paquete de Ticket Rail {version}, y {command} hace lo mismo en una línea de comandos.',
} as const satisfies VerifierCatalogue;
