import type { VerifierCatalogue } from './en';

/** Portuguese as it is spoken in Brazil. */
export const ptBrVerifier = {
  'verifier.title': 'Verificar uma exportação ou evidência',
  'verifier.intro':
    'Escolha um arquivo que o Ticket Rail escreveu, e leia se ele está como foi escrito e o que diz. Ele é lido neste aparelho e nunca sai dele: esta página não abre nenhuma conexão, e pode ser salva e usada sem rede.',
  'verifier.save': 'Salvar esta página para usá-la sem rede',
  'verifier.files': 'Arquivos a verificar',
  'verifier.drop': 'ou solte-os aqui',
  'verifier.takes':
    'Ela aceita evidências (.evidence.html) e exportações (.ndjson, .csv), como foram baixadas. Escolha junto com a evidência a chave pública do serviço do restaurante (PEM), e o que está assinado nela também será verificado. Um arquivo CSV da versão 0.2 ou anterior tem ao lado um manifesto (.csv.manifest.json): escolha os dois.',
  'verifier.results': 'Resultados',
  'verifier.no_file': 'Nenhum arquivo ainda.',
  'verifier.verifying': 'Verificando…',
  'verifier.verifying_file': 'Verificando {file}',
  'verifier.so_far': {
    one: 'Verificando: {count} evento até agora',
    other: 'Verificando: {count} eventos até agora',
  },
  'verifier.nothing': 'Não havia nenhuma exportação nem evidência entre os arquivos.',
  'verifier.result': '{file}: {verdict}.',
  'verifier.details': 'Detalhes, como {command} os escreve, em inglês',
  'verifier.too_large': 'Evidências de mais de {bytes} bytes não são lidas aqui: {command} as aceita.',
  'verifier.unreadable': 'Não foi possível ler o arquivo: {why}',

  'verdict.holds': 'É válido',
  'verdict.undecided': 'O que pode ser verificado é válido',
  'verdict.within': 'Não é válido como está',
  'verdict.broken': 'Não é válido',
  'verdict.unusable': 'Não verificado',

  'means.holds':
    'Cada aviso nele está como foi registrado: nenhum foi mudado, retirado ou intercalado desde então, a não ser que alguém tenha refeito todos os hashes do arquivo.',
  'means.holds_rows':
    'Cada linha nele está como foi escrita: nenhuma foi mudada, retirada ou intercalada desde então, a não ser que alguém tenha refeito todos os hashes do arquivo. Se as linhas são o que foi registrado verifica-se numa exportação NDJSON.',
  'means.not_true':
    'Isso não significa que o que o serviço de entrega informou era verdade, nem que ele informou tudo.',
  'means.signed_by_key': 'O que está assinado nele foi assinado com a chave escolhida junto.',
  'means.signed_by_unknown':
    'Não se verificou quem o assinou: escolha junto a chave pública do serviço do restaurante, e obtenha essa chave por outro meio.',
  'means.signed_by_nobody': 'Nada nele está assinado, portanto ele não mostra quem o fez.',
  'means.withheld':
    'O arquivo está como foi escrito, a não ser que alguém tenha refeito todos os seus hashes. Telefones e códigos de retirada ficaram de fora, e com eles os hashes de cada aviso: por isso não se pode verificar aqui se os avisos nele são os que foram registrados. É preciso um arquivo que os mostre.',
  'means.other_page':
    'A página do arquivo foi feita por outra versão, ou com outros relógios: não se pode verificar aqui se ela mostra o que foi informado. Confie no que está escrito aqui, não naquela página.',
  'means.no_manifest':
    'As linhas que há estão como foram escritas. Falta o manifesto, portanto não se vê se faltam linhas no fim: escolha os dois arquivos.',
  'means.cut':
    'As linhas estão como foram escritas. Algumas células foram cortadas no que uma planilha aceita; o que foi cortado só está numa exportação NDJSON.',
  'means.within_all':
    'No caminho, os fins das suas linhas foram mudados, ou uma marca foi posta antes dele, como fazem o e-mail, o git e os editores. Desfeito isso, nada mais está errado nele. Peça o arquivo como foi baixado.',
  'means.within_facts':
    'Os fatos nele não foram mudados, a não ser que alguém tenha refeito todos os hashes do arquivo. A página em volta deles não está como foi escrita: um navegador que salva uma página de novo a muda, e qualquer pessoa também pode. Não confie no que essa página mostra; peça o arquivo como foi baixado.',
  'means.no_evidence':
    'Falta a evidência: só há a página em volta dela, como o e-mail e os navegadores podem deixá-la. Peça o arquivo como foi baixado.',
  'means.other_key':
    'O que está assinado nele não confere: foi assinado com outra chave que a escolhida junto, ou os avisos não são os que foram assinados.',
  'means.broken':
    'Algo nele foi mudado depois de escrito, ou ele não está inteiro. Não confie nele; peça o arquivo como foi baixado. Os detalhes dizem o primeiro lugar.',
  'means.spreadsheet': 'Uma planilha que salva de novo um arquivo assim muda todas as linhas.',
  'means.unsealed': {
    one: 'De {count} evento, guardado por uma versão anterior a estes hashes, nada se pode dizer.',
    other: 'De {count} eventos, guardados por versões anteriores a estes hashes, nada se pode dizer.',
  },
  'means.claims': {
    one: 'Ele contém {count} declaração de uma tela, de que mostrou o pedido. Ela está como foi escrita neste arquivo. Se o serviço a recebeu assim, só o registro do serviço mostra; se alguém olhou, nada mostra.',
    other:
      'Ele contém {count} declarações de telas, de que mostraram o pedido. Elas estão como foram escritas neste arquivo. Se o serviço as recebeu assim, só o registro do serviço mostra; se alguém olhou, nada mostra.',
  },
  'means.begun': 'O que veio antes de alguns dos seus eventos não está nele, e não foi verificado.',

  'foreign.other':
    'Isto não é uma evidência nem uma exportação do Ticket Rail. Escolha o arquivo que termina em .evidence.html, .ndjson ou .csv, como foi baixado.',
  'foreign.print':
    'Um PDF não pode ser verificado: é uma impressão. Escolha o arquivo que termina em .evidence.html, como foi baixado.',
  'foreign.web_archive':
    'Isto é uma página que um navegador salvou num formato próprio, sem a evidência. Escolha o arquivo que termina em .evidence.html, como foi baixado.',
  'foreign.archive':
    'Isto é um arquivo ZIP ou um documento de escritório. Se houver uma evidência nele, descompacte-o e escolha o arquivo que termina em .evidence.html, .ndjson ou .csv.',
  'foreign.verifier':
    'Isto é a página que verifica, não uma evidência. Escolha o arquivo que termina em .evidence.html, .ndjson ou .csv, como foi baixado.',

  'about.order': 'Pedido {order} da loja {location}',
  'about.location': 'Loja {location}',
  'about.all_orders': 'Pedidos de todas as lojas',
  'about.everything': 'Todo o registro',
  'about.when': {
    one: '{count} evento, recebido às {from} ({zone})',
    other: '{count} eventos, recebidos de {from} a {to} ({zone})',
  },
  'about.reported': 'O que foi informado',
  'about.file_says': 'O que foi informado, conforme o arquivo',
  'about.facts_say': 'O que foi informado, conforme os fatos nele',
  'about.nth': 'pedido {number} de {all} com este número',

  'results.heading': 'O que um resultado significa',
  'results.holds':
    'Nada foi mudado por alguém que não tenha calculado de novo todos os hashes do arquivo. Cada linha tem um hash de si mesma e das linhas anteriores, e cada evento o hash do seu conteúdo e o do evento anterior, portanto um evento mudado, retirado, intercalado ou movido é encontrado. A página da evidência foi feita de novo a partir dos seus eventos, e mostra o mesmo.',
  'results.undecided': 'Nada o contradiz, mas nem tudo pôde ser verificado, e se diz o quê e por quê.',
  'results.within':
    'Os fatos nele não foram mudados, mas o arquivo não está como foi escrito, e pode mostrar outra coisa que o que eles dizem.',
  'results.broken': 'Algo foi mudado depois que o arquivo foi escrito. O primeiro lugar vem primeiro.',
  'results.unusable': 'Não é um arquivo desses, ou não pôde ser lido.',
  'results.no_proof': 'Nenhum resultado prova',
  'results.not_true': 'que o que foi informado era verdade, ou que nenhum aviso se perdeu no caminho;',
  'results.not_file':
    'que o arquivo inteiro não foi refeito, ou cortado no começo ou no fim, com todos os seus hashes: eles não precisam de chave, portanto qualquer pessoa pode calculá-los. Compará-lo com o registro o revela;',
  'results.not_store':
    'que o registro inteiro não foi reescrito com todos os seus hashes. Só ajudam pontos de controle assinados que foram guardados em outro lugar;',
  'results.not_signer':
    'quem assinou os pontos de controle de uma evidência, a não ser que a chave pública tenha sido escolhida junto, e venha de outro lugar.',
  'results.doubt':
    'Não aceite esta página da parte de que duvida: ela é o arquivo {file} do pacote do Ticket Rail {version}, e {command} faz o mesmo numa linha de comando.',
} as const satisfies VerifierCatalogue;
