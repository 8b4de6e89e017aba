// How the API documentation looks: one sheet within the page, known to its policy by its hash. Phone first, light and dark, no script.

import { hash } from 'node:crypto'

export const style = `
:root{color-scheme:light dark;--paper:#f4f6f8;--card:#fff;--ink:#1b2129;--soft:#57606c;--line:#dde2e8;--code:#eef1f4;--get:#14724a;--post:#1b5fa8;--delete:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#0f1318;--card:#181e25;--ink:#e8ecf1;--soft:#a0abb8;--line:#2b343f;--code:#11161c;--get:#6fd8a8;--post:#8ec2ff;--delete:#ff9d95}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
.page{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{margin:0 0 .5rem;font-size:1.6rem;line-height:1.2}
h2{margin:2.25rem 0 .75rem;font-size:1.25rem}
h3{margin:0;font-size:1rem;font-weight:600}
h4{margin:1rem 0 .35rem;font-size:.875rem;color:var(--soft);font-weight:600}
p{margin:.35rem 0}
a{color:inherit}
a:focus-visible,pre:focus-visible{outline:3px solid currentColor;outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.soft{color:var(--soft);font-size:.875rem}
nav ul{list-style:none;margin:0;padding:0}
nav p{margin:.9rem 0 .2rem;font-weight:600;font-size:.875rem}
nav a{display:flex;gap:.5rem;padding:.2rem 0;text-decoration:none;font-size:.875rem}
nav a:hover{text-decoration:underline}
article{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.25rem;margin:0 0 1rem}
.verb{font:600 .8125rem/1.5 ui-monospace,monospace;min-width:3.6rem}
.verb.get{color:var(--get)}.verb.post{color:var(--post)}.verb.delete{color:var(--delete)}
.head{display:flex;flex-wrap:wrap;gap:0 .75rem;align-items:baseline;margin:0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
pre{margin:.35rem 0;padding:.75rem;background:var(--code);border:1px solid var(--line);border-radius:.5rem;overflow-x:auto;white-space:pre-wrap}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.875rem}
th,td{padding:.35rem .5rem .35rem 0;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-weight:400}
tr:first-child>*{border-top:0}
th{min-width:7rem}
.status{min-width:3.25rem;width:3.25rem}
.type{overflow-wrap:normal;width:1%}
.field>th{width:11rem}.field>th+td{width:15rem}
@media (max-width:40rem){.field{display:block;padding:.35rem 0;border-top:1px solid var(--line)}.field:first-child{border-top:0}.field>*{display:block;width:auto;border:0;padding:0}.field>th+td{width:auto;color:var(--soft)}.answer{display:grid;grid-template-columns:3.25rem minmax(0,1fr)}.answer>.type{grid-column:2;width:auto;border-top:0;padding-top:0}}
footer{color:var(--soft);font-size:.875rem}
footer ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:2rem 0 0;padding:0}
@media (min-width:60rem){.columns{display:grid;grid-template-columns:17rem minmax(0,1fr);gap:2rem}nav{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto}}
@media print{body{background:#fff}nav{display:none}}
`

/** For `style-src`. */
export const styleHash = `'sha256-${hash('sha256', style, 'base64')}'`
