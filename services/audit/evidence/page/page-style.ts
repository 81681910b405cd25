/**
 * How a bundle looks on a screen and on paper. On paper its first page stands alone: what follows begins on a new page,
 * unless the first runs over. Then it goes on below, so that no page is nearly empty. The height is that of US Letter within
 * the margins, but for some lines; of A4, less is left than an event takes. Pages say which they are, heads of tables are
 * repeated, and neither an event nor a row is torn in two.
 */
export const PAGE_STYLE = `
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:.25rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem}dt{font-weight:600}dd{margin:0;min-width:0}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #bbb;padding:.35rem .5rem;text-align:left;vertical-align:top;min-width:5.5em}
bdi{overflow-wrap:anywhere}
th{background:#f2f2f2}
[aria-label=Events] tr+tr td{border-top:0;padding-top:0}[aria-label=Events] tr:first-child td{border-bottom:0}
td ul{margin:.2em 0;padding-left:1.2em}
code,pre{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
time{white-space:nowrap}.utc,.wire,small{color:#555;font-size:.87em}
.scroll{overflow-x:auto}
.sentence{font-size:1.2rem;font-weight:600;overflow-wrap:anywhere}.lead{font-weight:400}
.bad{background:#fdd;padding:.5rem}.good{background:#dfd;padding:.5rem}.withheld{border:2px solid #111;padding:.5rem .75rem}
@media (max-width:40rem){dl{display:block}dd{margin-bottom:.5rem}}
@page{margin:11mm 13mm 15mm;@bottom-left{font:8pt sans-serif;white-space:normal}@bottom-right{font:8pt sans-serif}}
@media print{
body{font-size:9pt;line-height:1.32;max-width:none;margin:0;padding:0}
h1{font-size:14pt;margin:0}h2{font-size:11pt;margin:.7em 0 .2em}h3{font-size:9.5pt;margin:.5em 0 .15em}
p,ul{margin:.25em 0}.sentence{font-size:10pt}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.4em 0;font-size:8.5pt}dd{margin:0}
th,td{padding:.05rem .35rem;min-width:3.4em}th{border-bottom-width:2px}
table{font-size:8pt;line-height:1.28}code,pre{font-size:7.5pt}.wire{font-size:6.5pt}
.first .utc{display:none}
.proof{font-size:8pt;line-height:1.28}.proof h2{margin:.5em 0 .1em}.withheld{padding:.2rem .5rem;font-size:8.5pt}
[aria-label^=Who] th{width:23%}[aria-label^=Who] th:nth-child(1){width:17.5%}
[aria-label^=Who] th:nth-child(2){width:24.5%}[aria-label^=Who] th:nth-child(5){width:12%}
[aria-label^=What] th:nth-child(1){width:6%}[aria-label^=What] th:nth-child(3){width:34%}
[aria-label=Events] table{table-layout:fixed}[aria-label=Events] th{box-sizing:border-box;width:12.5%}
[aria-label=Events] th:nth-child(1){width:8%}[aria-label=Events] th:nth-child(2){width:25%}
[aria-label=Events] th:nth-child(3){width:13%}[aria-label=Events] th:nth-child(4){width:30%}
[aria-label=Events] th:nth-child(5){width:11.5%}
.scroll{overflow:visible}
details{display:none}
thead{display:table-header-group}
tbody,tr,li,.bad,.good,.withheld{break-inside:avoid}
h1,h2,h3{break-after:avoid}
.first{min-height:246mm}
}`;
