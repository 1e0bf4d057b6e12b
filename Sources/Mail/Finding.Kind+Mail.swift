internal import Metering

extension Finding.Kind {
    /// What the flow of a finding is; nil where a mail should not give one.
    var rateLabel: String? {
        switch self {
        case .leakContinuous, .leakIntermittent, .burst: "最小流量"
        case .reverseFlow: "逆流の流量"
        default: nil
        }
    }

    /// What the volume of a finding is; nil where a mail should not give one.
    var volumeLabel: String? {
        switch self {
        case .leakContinuous, .leakIntermittent, .burst: "推定漏水量"
        case .reverseFlow: "逆流量"
        case .unannouncedExchange: "指針の低下量"
        case .implausibleJump: "指針の増加量"
        case .waysDisagree, .crossedMeters: "指針の差"
        case .stuckMeter, .noUsage, .noData, .clockDrift, .pathDown, .waySilent: nil
        }
    }

    /// What to do next, a step a line.
    var nextSteps: String {
        steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
    }

    private var steps: [String] {
        switch self {
        case .leakContinuous, .leakIntermittent:
            [
                "検針票や過去の使用量と見比べ、常時使う設備(受水槽、製氷機など)がないか確かめる。",
                "現地でパイロットの回転を見て、宅内の蛇口をすべて閉めても回るか確かめる。",
                "回るときは使用者へ宅内配管の点検と修繕を案内する。結果を事案に記録する。",
            ]
        case .burst:
            [
                "使用者または当番へ直ちに連絡し、蛇口の閉め忘れと配管の破裂を確かめる。",
                "破裂のときは止水栓を閉める。連絡がつかないときは現地へ向かう。",
                "結果を事案に記録する。",
            ]
        case .reverseFlow:
            [
                "メーターの取付方向と逆止弁を現地で確かめる。",
                "受水槽や井戸水との接続(クロスコネクション)がないか確かめる。",
                "原因を事案に記録する。",
            ]
        case .unannouncedExchange:
            [
                "メーター交換や通信端末の付け替えがなかったか、台帳と工事記録で確かめる。",
                "交換があったときは交換記録を登録する。原因が決まるまで料金の計算は保留される。",
            ]
        case .implausibleJump:
            [
                "現地の指針と記録を見比べる。",
                "一致しないときは端末のパルス定数と配線を確かめる。原因が決まるまで料金の計算は保留される。",
            ]
        case .stuckMeter:
            [
                "現地で通水させ、指針とパイロットが動くか確かめる。",
                "動かないときはメーターまたは発信部の交換を手配する。",
            ]
        case .noUsage:
            ["登録された連絡の手順に従って確かめる。"]
        case .noData:
            [
                "同じ回線の他のメーターも途切れていないか、収集画面で確かめる。",
                "一台だけのときは電池、積雪、配線を現地で確かめる。",
            ]
        case .clockDrift:
            [
                "検証の記録(report validation)の clock-drift で、ずれの秒数と始まりを確かめる。",
                "端末またはメーターの時計を合わせる。使用量の合計は時計のずれでは変わらない。",
            ]
        case .pathDown:
            [
                "収集装置の電源、回線、変換器の表示灯を確かめる。",
                "復旧すると記録の残る機器の分は自動で取り込まれる。復旧しないときは保守業者へ連絡する。",
            ]
        case .waysDisagree:
            [
                "現地の指針と、二つの経路の指針を見比べ、合わない経路を確かめる。",
                "合わない経路のパルス定数、配線、端末の付け替えを確かめる。系列は第一経路のまま変わらない。",
            ]
        case .crossedMeters:
            [
                "相手の水栓と計器番号を現地で確かめる。",
                "取り違えた経路の配線または登録番号を正す。それまで第二経路で欠測を補わない。",
            ]
        case .waySilent:
            [
                "途切れた経路の端末、配線、電池を確かめる。",
                "もう一方の経路の指針が系列を補っている間に復旧させる。",
            ]
        }
    }
}
