/** How a bundle looks on a screen and on paper: pages have numbers, and neither an event nor a row is torn in two. */
export const PAGE_STYLE = `
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:.25rem}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #bbb;padding:.35rem .5rem;text-align:left;vertical-align:top;min-width:5.5em}
bdi{overflow-wrap:anywhere}
th{background:#f2f2f2}
tbody tr+tr td{border-top:0;padding-top:0}tbody:has(tr+tr) tr:first-child td{border-bottom:0}
code,pre{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
time{white-space:nowrap}.utc{color:#555;font-size:.87em}
.scroll{overflow-x:auto}
.sentence{font-size:1.2rem;font-weight:600;overflow-wrap:anywhere}
.bad{background:#fdd;padding:.5rem}.good{background:#dfd;padding:.5rem}.withheld{border:2px solid #111;padding:.5rem .75rem}
@page{size:A4;margin:16mm 14mm 18mm;@bottom-right{content:"Page " counter(page) " of " counter(pages);font:9pt sans-serif}}
@media print{
body{font-size:9.5pt;line-height:1.35;max-width:none;margin:0;padding:0}
h1{font-size:16pt;margin:0}h2{font-size:12pt;margin:1.1em 0 .4em}h3{font-size:10.5pt;margin:.8em 0 .2em}
p,ul{margin:.4em 0}.sentence{font-size:12pt}
th,td{padding:.2rem .35rem;min-width:3.4em}th{border-bottom-width:2px}
table{font-size:8pt}code{font-size:8pt}
[aria-label=Events] table{table-layout:fixed}[aria-label=Events] th{box-sizing:border-box;width:15.5%}
[aria-label=Events] th:nth-child(1){width:8.5%}[aria-label=Events] th:nth-child(2){width:25.5%}
[aria-label=Events] th:nth-child(3){width:13.5%}[aria-label=Events] th:nth-child(4){width:25%}
[aria-label=Events] th:nth-child(5){width:12%}
.scroll{overflow:visible}
details{display:none}
thead{display:table-header-group}
tbody,tr,li,.bad,.good,.withheld{break-inside:avoid}
h1,h2,h3{break-after:avoid}
.first{break-after:page}
}`;
