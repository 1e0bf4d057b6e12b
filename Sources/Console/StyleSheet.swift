/// How the pages look: on a desk, on a telephone (each row a card) and on paper.
enum StyleSheet {
    static let text = """
        :root { --ink: #1c2b33; --quiet: #5b6b74; --line: #d5dee3; --water: #0b5c7a; --paper: #fff; --ground: #f3f7f9;
          color-scheme: light; }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--ink); font-size: 15px; line-height: 1.5;
          font-family: "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, "IPAexGothic",
          sans-serif; }
        header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; padding-top: 18px; }
        header p, header h1 { margin: 0; }
        .mark { color: var(--water); font-size: 26px; font-weight: 700; letter-spacing: .12em; }
        .mark a { color: inherit; text-decoration: none; }
        h1 { font-size: 19px; font-weight: 600; }
        .now { margin-left: auto; font-variant-numeric: tabular-nums; }
        .quiet { color: var(--quiet); }
        a { color: var(--water); }
        a:focus-visible { outline: 3px solid #f0a500; outline-offset: 2px; }
        .summary { display: grid; grid-template-columns: repeat(4, 1fr) 1.8fr; gap: 12px; margin: 16px 0 20px; }
        .summary div { background: var(--paper); border: 1px solid var(--line); border-left: 4px solid var(--water);
          border-radius: 4px; padding: 8px 14px; }
        .summary div.concern { border-left-color: #b3261e; }
        .summary dt { color: var(--quiet); font-size: 13px; }
        .summary dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
        .summary small { font-size: 13px; font-weight: 400; color: var(--quiet); margin-left: 3px; }
        table { width: 100%; border-collapse: collapse; background: var(--paper); border: 1px solid var(--line);
          margin-bottom: 24px; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-size: 16px; font-weight: 600; padding: 4px 0 6px; }
        th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400;
          vertical-align: baseline; }
        thead th { background: #e6eef2; font-size: 13px; font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 600; white-space: nowrap; }
        tbody tr:hover { background: #f5fafc; }
        tbody tr:target { background: #fff6da; }
        .number { text-align: right; white-space: nowrap; }
        td.concern, span.concern { color: #9c1c14; font-weight: 600; }
        td a { text-decoration: none; }
        td a:hover { text-decoration: underline; }
        .level { display: inline-block; min-width: 3em; padding: 0 6px; border-radius: 3px; text-align: center;
          font-size: 13px; font-weight: 600; color: #fff; }
        .urgent { background: #b3261e; }
        .warning { background: #b45309; }
        .notice { background: #1d5fa8; }
        .maintenance { background: #56636b; }
        .path { white-space: nowrap; }
        .path::before { content: "●"; margin-right: 3px; font-size: 11px; }
        .path.up { color: #1b6e3c; }
        .path.down { color: #9c1c14; font-weight: 600; }
        .path.down::before { content: "■"; }
        .path.unknown { color: var(--quiet); }
        .path.unknown::before { content: "○"; }
        tr.closed td, tr.closed th { color: var(--quiet); font-weight: 400; }
        tr.closed .level { background: #7b878d; }
        .problem { padding-top: 24px; }
        footer { color: var(--quiet); font-size: 13px; padding-bottom: 28px; }
        footer p { margin: 2px 0; }
        @media (max-width: 720px) {
          header, main, footer { padding-left: 12px; padding-right: 12px; }
          .now { margin-left: 0; width: 100%; }
          .summary { grid-template-columns: 1fr 1fr; gap: 8px; }
          .summary div:last-child { grid-column: 1 / -1; }
          table, tbody, caption { display: block; }
          table { background: none; border: 0; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody tr { display: grid; grid-template-columns: 1fr 1.25fr 1.25fr; gap: 4px 12px; background: var(--paper);
            border: 1px solid var(--line); border-radius: 4px; margin-bottom: 10px; padding: 8px 12px; }
          tbody th, tbody td { display: block; border: 0; padding: 0; }
          tbody th { grid-column: 1 / -1; font-size: 16px; }
          .points tbody th { grid-column: span 2; }
          tbody td.side { text-align: right; color: var(--quiet); }
          tbody td.wide { grid-column: span 2; }
          tbody td.whole { grid-column: 1 / -1; }
          tbody td.calm { display: none; }
          .number { text-align: left; }
          tbody td[data-label]::before { content: attr(data-label); display: block; color: var(--quiet); font-size: 12px;
            font-weight: 400; }
          tbody td.side::before { display: none; }
        }
        @media print {
          body { background: #fff; font-size: 10px; }
          header, main, footer { max-width: none; padding: 0; }
          .screen { display: none; }
          .summary dd { font-size: 13px; }
          thead { display: table-header-group; }
          tr { break-inside: avoid; }
          th, td { padding: 2px 5px; }
          .level { color: #000; background: none; border: 1px solid #000; }
          a { color: inherit; }
        }

        """
}
