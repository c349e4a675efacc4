"""The words of the page that `hotline simulate` writes, in the languages of the screens."""

from cti.core.site import Texts

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


def _said(en: str, hans: str, hant: str) -> Texts:
    return dict(zip(LANGUAGES, (en, hans, hant), strict=True))


WORDS: dict[str, Texts] = {
    "calls": _said("calls", "来电", "來電"),
    "answered": _said("answered", "已接听", "已接聽"),
    "abandoned": _said("abandoned", "放弃", "放棄"),
    "still in line at the end": _said("still in line at the end", "结束时仍在排队", "結束時仍在輪候"),
    "ASA": _said("ASA", "平均等待（ASA）", "平均輪候（ASA）"),
    "90 % answered within": _said("90 % answered within", "90% 的等待不超过", "90% 的輪候不超過"),
    "had to wait": _said("had to wait", "需要等待的比例", "需要輪候的比例"),
    "service level": _said("service level", "服务水平", "服務水平"),
    "abandonment": _said("abandonment", "放弃率", "放棄率"),
    "occupancy": _said("occupancy", "占用率", "使用率"),
    "worst type's ASA over the mean": _said(
        "worst type's ASA over the mean", "等待最久的类型与平均之比", "輪候最久的類別與平均之比"
    ),
    "told right": _said("told right", "告知的等待准确", "告知的輪候準確"),
    "waits within the range of eight in ten": _said(
        "waits within the range of eight in ten", "在八成区间内的等待", "在八成區間內的輪候"
    ),
    "theory": _said("theory", "理论值", "理論值"),
    "simulated": _said("simulated", "模拟", "模擬"),
    "replayed": _said("replayed", "重放", "重播"),
    "that day": _said("that day", "当日实际", "當日實際"),
    "type": _said("type", "类型", "類別"),
    "calls in each half hour": _said("Calls in each half hour", "每半小时来电", "每半小時來電"),
    "staff": _said("Agents on duty", "在岗坐席", "當值客服員"),
    "runs": _said(
        "± holds the true value 19 times of 20. Each half hour counts the calls that came in it.",
        "± 的范围在 20 次中有 19 次包含真实值。每个半小时统计该时段内打入的来电。",
        "± 的範圍在 20 次中有 19 次包含真實值。每個半小時統計該時段內打入的來電。",
    ),
    "formulas": _said(
        "Service level = answered in time / (answered + abandoned). ASA = mean wait of those answered. "
        "Occupancy = time with work / (time with work + time ready).",
        "服务水平 = 按时接听 /（已接听 + 放弃）。平均等待 = 已接听者等待时间的平均。"
        "占用率 = 工作时间 /（工作时间 + 就绪时间）。",
        "服務水平 = 按時接聽 /（已接聽 + 放棄）。平均輪候 = 已接聽者輪候時間的平均。"
        "使用率 = 工作時間 /（工作時間 + 就緒時間）。",
    ),
}


def localised(text: str, language: str) -> str:
    """A written figure with the units of the language: 86 % and 24.5 s, 86% and 24.5 秒."""
    if language == "en":
        return text.replace(" %", "\u202f%")
    return text.replace(" %", "%").replace(" s", " 秒")


def word(key: str, language: str) -> str:
    """The words for it; what has none (a title somebody gave) stays as it is."""
    return WORDS.get(key, {}).get(language, key)
