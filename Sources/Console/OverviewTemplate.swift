/// The first page's Mustache template.
enum OverviewTemplate {
    static let text = """
        <header>
        <p class="mark">水守</p>
        <h1>{{station}}</h1>
        <p class="now">{{at}} 現在<span class="quiet screen"> · 60秒ごとに更新</span></p>
        </header>
        <main>
        <dl class="summary">
        <div><dt>水栓</dt><dd>{{pointCount}}<small>か所</small></dd></div>
        <div><dt>本日の取得率</dt><dd>{{coverage}}</dd></div>
        <div{{#hasUnresolved}} class="concern"{{/hasUnresolved}}><dt>未解決の事案</dt><dd>{{unresolved}}<small>件</small></dd></div>
        <div{{#hasStopped}} class="concern"{{/hasStopped}}><dt>停止中の経路</dt><dd>{{stopped}}<small>本</small></dd></div>
        <div><dt>データ時刻</dt><dd>{{dataUntil}} <small>{{dataAge}}</small></dd></div>
        </dl>
        <table class="points">
        <caption>水栓ごとの状態</caption>
        <thead><tr>
        <th scope="col">水栓番号</th>
        <th scope="col">口径</th>
        <th scope="col" class="number">最新指針 (m3)</th>
        <th scope="col">指針の時刻</th>
        <th scope="col" class="number">本日の使用量 (L)</th>
        <th scope="col" class="number">本日の取得率</th>
        <th scope="col">未解決の事案</th>
        <th scope="col">経路</th>
        </tr></thead>
        <tbody>
        {{#points}}
        <tr>
        <th scope="row">{{point}}</th>
        <td data-label="口径" class="side">{{calibre}} mm</td>
        <td data-label="最新指針 (m3)" class="number{{^hasIndex}} quiet{{/hasIndex}}">{{index}}</td>
        <td data-label="指針の時刻" class="wide">{{#hasIndex}}{{indexTime}} <span class="{{#isStale}}concern{{/isStale}}{{^isStale}}quiet{{/isStale}}">{{indexAge}}</span>{{#isBySecond}} <span class="quiet">第二経路</span>{{/isBySecond}}{{/hasIndex}}{{^hasIndex}}—{{/hasIndex}}</td>
        <td data-label="本日の使用量 (L)" class="number{{^isUsageKnown}} quiet{{/isUsageKnown}}">{{usage}}</td>
        <td data-label="本日の取得率" class="number{{#isIncomplete}} concern{{/isIncomplete}}{{^isUsageKnown}} quiet{{/isUsageKnown}}">{{coverage}}</td>
        {{#incident}}
        <td data-label="未解決の事案" class="whole"><a href="#{{id}}"><span class="level {{levelClass}}">{{level}}</span> {{title}}</a></td>
        {{/incident}}
        {{^incident}}
        <td class="calm quiet">なし</td>
        {{/incident}}
        <td data-label="経路" class="{{^isPathUp}}whole{{/isPathUp}}{{#isPathUp}}calm{{/isPathUp}}">{{path}} <span class="path {{pathClass}}">{{pathText}}</span>{{#second}}<br>第二 {{path}} <span class="path {{pathClass}}">{{pathText}}</span>{{/second}}</td>
        </tr>
        {{/points}}
        {{^points}}
        <tr><td colspan="8">水栓がまだ登録されていません。</td></tr>
        {{/points}}
        </tbody>
        </table>
        <table class="incidents">
        <caption>事案</caption>
        <thead><tr>
        <th scope="col">事案番号</th>
        <th scope="col">段階・種別</th>
        <th scope="col">場所</th>
        <th scope="col">開始(推定)</th>
        <th scope="col">検知</th>
        <th scope="col" class="number">流量 (L/h)</th>
        <th scope="col" class="number">水量 (L)</th>
        <th scope="col">状態</th>
        </tr></thead>
        <tbody>
        {{#incidents}}
        <tr id="{{id}}" class="{{stateClass}}">
        <th scope="row">{{id}}</th>
        <td data-label="段階・種別" class="wide"><span class="level {{levelClass}}">{{level}}</span> {{title}}</td>
        <td data-label="場所">{{place}}</td>
        <td data-label="開始(推定)">{{startedAt}}</td>
        <td data-label="検知">{{openedAt}}</td>
        <td data-label="流量 (L/h)" class="number">{{rate}}</td>
        <td data-label="水量 (L)" class="number">{{volume}}</td>
        <td data-label="状態">{{state}}</td>
        </tr>
        {{/incidents}}
        {{^incidents}}
        <tr><td colspan="8">事案はありません。</td></tr>
        {{/incidents}}
        </tbody>
        </table>
        </main>
        <footer>
        <p>使用量と取得率は本日0時から現在まで。欠測は0として数えません。共同検針の値は翌日にまとめて届くので、当日は不明と表示します。</p>
        <p class="screen"><a href="/health">状態</a> · <a href="/api/v1/points">JSON</a></p>
        </footer>
        """
}
