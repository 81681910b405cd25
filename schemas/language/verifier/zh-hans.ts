import type { VerifierCatalogue } from './en';

/** Chinese in simplified characters. */
export const zhHansVerifier = {
  'verifier.title': '验证导出文件或证据',
  'verifier.intro':
    '请选择由 Ticket Rail 写出的文件，查看它是否与写出时一致，以及它说了什么。文件只在本设备上读取，不会离开设备：本页不建立任何连接，可以保存下来在没有网络时使用。',
  'verifier.save': '保存本页，供没有网络时使用',
  'verifier.files': '要验证的文件',
  'verifier.drop': '或将文件拖放到此处',
  'verifier.takes':
    '可验证证据（.evidence.html）和导出文件（.ndjson、.csv），须为下载时的原样。若将餐厅服务的公钥（PEM）与证据一起选择，其中的签名也会得到验证。0.2 及更早版本的 CSV 文件旁边有一个清单（.csv.manifest.json）：请两者一起选择。',
  'verifier.results': '结果',
  'verifier.no_file': '尚无文件。',
  'verifier.verifying': '正在验证…',
  'verifier.verifying_file': '正在验证 {file}',
  'verifier.so_far': { other: '正在验证：目前 {count} 个事件' },
  'verifier.nothing': '所选文件中没有导出文件，也没有证据。',
  'verifier.result': '{file}：{verdict}。',
  'verifier.details': '详情，如 {command} 所输出（英文）',
  'verifier.too_large': '此处不读取超过 {bytes} 字节的证据：可用 {command} 验证。',
  'verifier.unreadable': '无法读取该文件：{why}',

  'verdict.holds': '成立',
  'verdict.undecided': '可核对的部分成立',
  'verdict.within': '现状不成立',
  'verdict.broken': '不成立',
  'verdict.unusable': '未验证',

  'means.holds': '其中每条消息都与记录时一致：此后没有一条被更改、删除或插入，除非有人重新制作了文件的全部哈希。',
  'means.holds_rows':
    '其中每一行都与写出时一致：此后没有一行被更改、删除或插入，除非有人重新制作了文件的全部哈希。各行是否就是所记录的内容，须用 NDJSON 导出文件验证。',
  'means.not_true': '这并不表示配送平台所报告的是真实的，也不表示它报告了一切。',
  'means.signed_by_key': '其中的签名出自与它一起选择的密钥。',
  'means.signed_by_unknown': '未验证签名者是谁：请将餐厅服务的公钥与它一起选择，并从其他途径取得该公钥。',
  'means.signed_by_nobody': '其中没有任何签名，因此它不能表明由谁制作。',
  'means.withheld':
    '文件与写出时一致，除非有人重新制作了它的全部哈希。其中略去了电话和取餐码，也因此略去了每条消息的哈希：所以此处无法核对其中的消息是否就是所记录的消息。这需要一份显示它们的文件。',
  'means.other_page':
    '文件中的页面由另一版本制作，或按不同的时钟规则制作：此处无法核对它是否显示了所报告的内容。请以此处所写为准，不要以该页面为准。',
  'means.no_manifest': '现有各行与写出时一致。缺少清单，因此无法看出末尾是否缺行：请将两个文件一起选择。',
  'means.cut': '各行与写出时一致。有些单元格被截到电子表格所能容纳的长度；被截去的部分只在 NDJSON 导出文件中。',
  'means.within_all':
    '途中它的换行符被更改，或前面被加了标记，邮件、git 和编辑器会这样做。还原之后，没有其他问题。请索取下载时原样的文件。',
  'means.within_facts':
    '其中的事实没有改变，除非有人重新制作了文件的全部哈希。围绕它们的页面与写出时不一致：浏览器重新保存页面会改变它，任何人也都可以改变它。请不要相信该页面所显示的内容；请索取下载时原样的文件。',
  'means.no_evidence': '证据缺失：只剩围绕它的页面，邮件和浏览器可能会造成这种情况。请索取下载时原样的文件。',
  'means.other_key': '其中的签名不相符：签名所用的密钥与一起选择的不同，或者这些消息不是当时签名的消息。',
  'means.broken':
    '其中有内容在写出后被更改，或文件不完整。请不要依赖它；请索取下载时原样的文件。详情中写有第一处位置。',
  'means.spreadsheet': '电子表格重新保存这样的文件时，会更改每一行。',
  'means.unsealed': { other: '有 {count} 个事件由尚无这些哈希的版本保存，对它们无法作出任何判断。' },
  'means.claims': {
    other:
      '其中有 {count} 条屏幕自己的声明，称其显示过该订单。这些声明与写入此文件时相同。服务收到的是否就是这样，只有该服务的日志能说明；是否有人看过，则没有任何东西能说明。',
  },
  'means.begun': '其中某些事件之前的内容不在文件中，未经验证。',

  'foreign.other':
    '这不是 Ticket Rail 的证据或导出文件。请选择以 .evidence.html、.ndjson 或 .csv 结尾的文件，须为下载时的原样。',
  'foreign.print': 'PDF 无法验证：它是打印件。请选择以 .evidence.html 结尾的文件，须为下载时的原样。',
  'foreign.web_archive':
    '这是浏览器以自己的格式保存的页面，其中没有证据。请选择以 .evidence.html 结尾的文件，须为下载时的原样。',
  'foreign.archive':
    '这是 ZIP 文件或办公文档。如果其中有证据，请先解压，再选择以 .evidence.html、.ndjson 或 .csv 结尾的文件。',
  'foreign.verifier':
    '这是用于验证的页面，不是证据。请选择以 .evidence.html、.ndjson 或 .csv 结尾的文件，须为下载时的原样。',

  'about.order': '门店 {location} 的订单 {order}',
  'about.location': '门店 {location}',
  'about.all_orders': '所有门店的订单',
  'about.everything': '整个日志',
  'about.when': { other: '{count} 个事件，收到时间 {from} 至 {to}（{zone}）' },
  'about.reported': '所报告的内容',
  'about.file_says': '所报告的内容（据文件所述）',
  'about.facts_say': '所报告的内容（据其中的事实）',
  'about.nth': '使用此号码的第 {number} 个订单，共 {all} 个',

  'results.heading': '结果的含义',
  'results.holds':
    '没有内容被更改过，除非更改者重新计算了文件的全部哈希。每一行都有对自身及之前各行的哈希，每个事件都有其内容的哈希和上一个事件的哈希，因此被更改、删除、插入或移动的事件会被发现。证据的页面已由其中的事件重新制作，所示相同。',
  'results.undecided': '没有与之矛盾之处，但并非全部都能验证，并会说明是什么以及为什么。',
  'results.within': '其中的事实没有改变，但文件与写出时不一致，所显示的可能与事实不同。',
  'results.broken': '文件写出后有内容被更改。第一处位置列在最前。',
  'results.unusable': '它不是这样的文件，或无法读取。',
  'results.no_proof': '任何结果都不证明',
  'results.not_true': '所报告的是真实的，或没有消息在途中丢失；',
  'results.not_file':
    '整个文件没有连同全部哈希被重新制作，或在开头或末尾被截短：哈希不需要密钥，任何人都能计算。与存储比对可以发现这一点；',
  'results.not_store': '整个存储没有连同全部哈希被改写。只有保存在别处的签名检查点才有帮助；',
  'results.not_signer': '证据中的检查点由谁签名，除非与它一起选择了公钥，且公钥来自其他途径。',
  'results.doubt':
    '请不要从您所怀疑的一方取得本页：它是 Ticket Rail {version} 软件包中的文件 {file}，{command} 在命令行中完成同样的验证。',
} as const satisfies VerifierCatalogue;
