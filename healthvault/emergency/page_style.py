# SPDX-License-Identifier: Apache-2.0
"""How the page looks, on a screen and on paper: calm, black on white, allergies first. Pure."""

__all__ = ["STYLE"]

STYLE = """
:root{color-scheme:light;--ink:#16202a;--soft:#56626e;--line:#d5dbe1;--alarm:#b3121d;--old:#8a4b00;--calm:#0b5a6f}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:60rem;background:#fff;color:var(--ink);
 font:1rem/1.4 system-ui,-apple-system,"Segoe UI","DejaVu Sans",Arial,sans-serif;overflow-wrap:anywhere}
h1,h2,p,ul,ol,dl,dd,figure,pre{margin:0;padding:0}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:end;gap:.5rem 2rem;
 border-bottom:.2rem solid var(--ink);padding-bottom:.6rem}
.kind{font-size:.85rem;font-weight:700;letter-spacing:.14em;text-transform:uppercase;color:var(--alarm)}
h1{font-size:2rem;line-height:1.15;max-height:7rem;overflow:hidden}
.asof{text-align:right;color:var(--soft)}
.asof strong{display:block;font-size:1.5rem;line-height:1.15;color:var(--ink);font-variant-numeric:tabular-nums}
main{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin:1rem 0}
section{border:1px solid var(--line);border-left:.35rem solid var(--calm);border-radius:.35rem;padding:.6rem .9rem;
 break-inside:avoid}
section.wide{grid-column:1/-1}
section.alarm{border:.15rem solid var(--alarm);border-left-width:.8rem}
h2{font-size:1rem;letter-spacing:.04em;text-transform:uppercase;color:var(--calm)}
.alarm h2{font-size:1.5rem;color:var(--alarm)}
ul.items{list-style:none}
ul.items li{display:grid;grid-template-columns:1fr auto;gap:0 1rem;padding:.4rem 0;overflow:hidden}
ul.items li+li{border-top:1px solid var(--line)}
.text{font-size:1.15rem;font-weight:700}
.alarm .text{font-size:1.7rem;line-height:1.2}
.detail,.source{grid-column:1}
.source{font-size:.8rem;color:var(--soft)}
.when{grid-column:2;grid-row:1/span 3;text-align:right;font-size:.8rem;color:var(--soft)}
.when time{display:block;font-size:1.25rem;font-weight:600;color:var(--ink);white-space:nowrap;
 font-variant-numeric:tabular-nums}
.old .when time{color:var(--old)}
.mark{display:inline-block;border:.1rem solid var(--old);border-radius:.25rem;padding:0 .35rem;color:var(--old);
 font-weight:700}
.empty{padding:.4rem 0;color:var(--soft)}
.codes{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start;border-top:1px solid var(--line);
 padding-top:1rem}
figure{break-inside:avoid}
figcaption{font-size:.85rem;color:var(--soft);text-align:center}
svg.qr{display:block;shape-rendering:crispEdges;background:#fff}
.how{flex:1 1 16rem}
.how h2,.limits h2{margin-bottom:.3rem}
.how p+p,.how ol{margin-top:.4rem}
.how ol{padding-left:1.3rem}
.limits{margin-top:1rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.85rem}
.limits ul{padding-left:1.2rem;columns:2;column-gap:2rem}
.limits li{margin-bottom:.3rem;break-inside:avoid}
.sealed{grid-column:1/-1;font-size:1.15rem}
pre{font:.62rem/1.25 ui-monospace,"DejaVu Sans Mono",Consolas,monospace;white-space:pre;overflow:hidden;columns:2;
 border:1px solid var(--line);padding:.6rem;margin-top:1rem}
footer{margin-top:.8rem;font-size:.75rem;color:var(--soft)}
@media(max-width:40rem){main{grid-template-columns:1fr}.asof{text-align:left}.limits ul,pre{columns:1}}
@page{size:A4;margin:11mm}
@media print{html{font-size:9pt}
 body{padding:0;max-width:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
 main{grid-template-columns:1fr 1fr}.limits ul,pre{columns:2}}
"""
