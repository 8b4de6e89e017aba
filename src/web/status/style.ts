// How the status page looks: one sheet within the page, known to its policy by its hash. Phone first, light and dark, no script.

import { hash } from 'node:crypto'

export const style = `
:root{color-scheme:light dark;--paper:#f4f6f8;--card:#fff;--ink:#1b2129;--soft:#57606c;--line:#dde2e8;--bar:#2f9e6e;--up:#14724a;--down:#b3261e;--slow:#8a4f00;--none:#c9d0d8;--upbg:#e3f4ec;--downbg:#fbe7e5;--slowbg:#fdf0dc;--bardown:#cf3b32;--barslow:#e09a2d}
@media (prefers-color-scheme:dark){:root{--paper:#0f1318;--card:#181e25;--ink:#e8ecf1;--soft:#a0abb8;--line:#2b343f;--bar:#3fb883;--up:#6fd8a8;--down:#ff9d95;--slow:#f2b661;--none:#37414d;--upbg:#12301f;--downbg:#3a1917;--slowbg:#35260d;--bardown:#f0655c;--barslow:#e8a33c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:52rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
h1{margin:0;font-size:1.6rem;line-height:1.2}
.org{margin:0 0 .1rem;color:var(--soft);font-weight:600}
h2{margin:2.25rem 0 .75rem;font-size:1.15rem}
h3{margin:0;font-size:1rem}
p{margin:0}
a{color:inherit}
a:focus-visible{outline:3px solid currentColor;outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.verdict{margin-top:1.25rem;padding:1rem 1.25rem;border-radius:.75rem;border:1px solid}
.verdict strong{display:block;font-size:1.2rem;line-height:1.3}
.verdict small{font-size:.875rem}
.verdict.up{background:var(--upbg);color:var(--up)}
.verdict.slow{background:var(--slowbg);color:var(--slow)}
.verdict.down{background:var(--downbg);color:var(--down)}
.verdict.none{background:var(--card);color:var(--soft)}
ul,ol{list-style:none;margin:0;padding:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.services>li{padding:1rem 1.25rem}
.services>li+li{border-top:1px solid var(--line)}
.head{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;align-items:baseline}
.state{font-weight:600}
.state.up{color:var(--up)}
.state.slow{color:var(--slow)}
.state.down{color:var(--down)}
.state.none,.soft{color:var(--soft)}
.soft,.scale{font-size:.875rem}
.bars{display:block;width:100%;height:2.25rem;margin:.6rem 0 .2rem}
.bars .up{fill:var(--bar)}
.bars .slow{fill:var(--barslow)}
.bars .down{fill:var(--bardown)}
.bars .none{fill:var(--none)}
.scale{display:flex;justify-content:space-between;gap:.5rem;color:var(--soft)}
.scale b{color:var(--ink);font-weight:600}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{padding:.85rem 1.25rem .35rem;text-align:left;color:var(--soft);font-size:.875rem}
th,td{padding:.5rem .6rem;text-align:right;white-space:nowrap}
th:first-child{padding-left:1.25rem;text-align:left;white-space:normal;overflow-wrap:break-word;hyphens:auto}
th:last-child,td:last-child{padding-right:1.25rem}
thead th{color:var(--soft);font-weight:600;font-size:.875rem}
tbody tr{border-top:1px solid var(--line)}
tbody th{font-weight:400}
.outages>li{padding:.75rem 1.25rem}
.outages>li+li{border-top:1px solid var(--line)}
.empty{padding:1rem 1.25rem;color:var(--soft)}
footer{padding-top:2rem;padding-bottom:3rem;color:var(--soft);font-size:.875rem}
footer ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:.75rem}
@media (max-width:30rem){tr>:last-child{display:none}td:nth-last-child(2),th:nth-last-child(2){padding-right:1rem}th,td{padding:.5rem .4rem;font-size:.875rem}.services>li,.outages>li{padding-left:1rem;padding-right:1rem}th:first-child,caption{padding-left:1rem}}
@media print{body{background:#fff}}
`

/** For `style-src`. */
export const styleHash = `'sha256-${hash('sha256', style, 'base64')}'`
