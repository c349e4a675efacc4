"""Different words for one thing: what callers say against what articles say.

Each group becomes one more term of every text that contains any of its words, on both sides, so "how much is it"
finds "fees". These groups hold for any hotline; a site adds its own in `words.toml` beside its articles.
A group is short on purpose: words that only sometimes mean the same do more harm than good.
"""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from kb import words
from kb.article import ArticleError
from kb.words import Term

CONCEPT_WEIGHT = 0.6
"""What meaning the same is worth beside being the same word."""
HAN_CONCEPT_WEIGHT = 1.0
"""In Chinese it is worth more: a whole word was recognised, where the plain terms are only pairs of characters."""

_ENGLISH = """
fee, fees, cost, costs, price, charge, charged, how much, expensive, tariff
bill, invoice, statement
pay, payment, paid, settle
refund, money back, reimburse, reimbursement, credit back
cancel, terminate, end, stop, quit, abort, discontinue, close
change, modify, update, edit, alter, amend, switch, swap, replace
move, relocate, relocation, moving house, new address, change address
lost, stolen, missing, misplaced, lose, cannot find
broken, faulty, damaged, not working, doesnt work, isnt working, stopped working, malfunction, out of order
slow, sluggish, lag, laggy, speed
internet, broadband, online, web, fibre, fiber, network
wifi, wi-fi, wireless, wlan
phone, telephone, mobile, cellphone, cell phone, smartphone, handset
router, modem, hub
tv, television, set-top box, decoder
password, passcode, login, log in, sign in
pin, pin code
verify, verification, identity, id, prove, proof, passport
delivery, deliver, arrive, arrived, arrival, shipped, ship, shipping, package, track
received, receive, get, gotten, come
book, schedule, reserve, reservation, appointment, arrange
reschedule, postpone, different day, another day, change appointment
engineer, technician, visit, repairman
abroad, overseas, foreign, international, another country, travel, travelling, traveling, roaming, trip
country, countries, region
money, cash, funds
buy, purchase, order, bought
explain, mean, meaning, definition
wrong, incorrect, mistake, error
declined, rejected, refused, denied, failed
pending, waiting, processed, not complete, hold up
unrecognised, unrecognized, not recognise, dont recognize, didnt make, unauthorised, unauthorized, fraud, fraudulent
how long, when, how soon, time
limit, maximum, max, cap, allowance
contract, agreement, plan, package, subscription
early, before end, penalty
upgrade, faster
talk to someone, human, person, agent, representative, operator, speak to
complaint, complain, unhappy, dissatisfied
power cut, storm, typhoon, blackout, thunderstorm, lightning
power, electricity
outage, offline, down, interruption
evening, night, tonight, pm
light, lights, led, lamp
orange, amber
provider, operator, carrier
cut off, disconnected, suspended
quit, leave, leaving, terminate
gigabyte, gigabytes, gb, data
compensation, credit, rebate
activate, activation, enable, turn on, start, set up, setup
deactivate, disable, turn off
block, blocked, locked, freeze, frozen, suspend
transfer, port, porting, keep my number, switch over
card, cards
doctor, physician
car, vehicle
address, where i live
remove, delete, erase
fast, quick, quickly, speed up
near, nearby, close to, closest, nearest
job, work, employer
salary, income, wages, earn, pay check, paycheck
balance, left in my account
rate, exchange rate
atm, cash machine
child, children, kid, kids, son, daughter
weather, rain, raining, forecast, temperature
picture, photo, image
shop, store, merchant
restaurant, place to eat
repeat, say again, again
"""

_CHINESE = """
费用 收费 价格 价钱 多少钱 几多钱 几钱 资费 手续费 月费 贵
账单 话费 月结单 对账单
付款 缴费 交费 支付 付费 交钱 缴交 还款 交账单 俾钱
退款 退钱 退费 返还 退返 退回
取消 终止 解约 退订 注销 停用 关闭 撤销 断约 cut线 唔要
更改 修改 变更 改变 更换 换 转换 改
搬家 搬屋 移机 迁移 搬迁 新地址 乔迁
丢失 遗失 丢了 不见了 唔见咗 唔见 掉了 被偷 失窃 挂失
坏了 故障 损坏 失灵 不能用 用不了 无法使用 用唔到 坏咗 没反应 无法 不能 不了 唔到
断网 上不了网 没网 没有网络 无法上网 冇网 上唔到网 连不上 连唔到 连接不上 未能上网
网速慢 很慢 太慢 好慢 卡顿 网慢 速度 网速 慢
宽带 宽频 光纤 上网 网络 互联网
无线 wifi wi-fi 无线网 无线网络
手机 电话 移动电话 流动电话
路由器 光猫 调制解调器 光纤盒
电视 机顶盒 电视盒 解码器
密码 口令 登录 登入 登陆
验证 认证 核实 身份 实名
送货 派送 配送 快递 物流 寄送 送到 到货 寄出
预约 约时间 安排 预定 上门
改期 改时间 更改时间 换时间 延期 改约
师傅 工程师 技术员 维修人员 工人
国外 海外 境外 外国 出国 外地 旅行 旅游 漫游
钱 资金 现金 款项
购买 买 订购 下单 订单
错误 不对 有误 错了 出错 唔啱
失败 被拒 拒绝 不成功 未成功
多久 多长时间 几天 什么时候 何时 几时 几耐 几日 时间
限额 上限 额度 最多 最高
合约 合同 协议 套餐 计划 方案
违约金 提前 罚款 提早
升级 提速 加快
人工 客服 真人 客户服务 转人工
投诉 不满 意见
停电 打雷 台风 雷暴 暴雨 跳闸
赔偿 补偿 抵扣 减免 扣减 回赠
开通 激活 启用 启动 生效 申请 办理
停机 冻结 锁定 封锁 被锁
携号转网 转台 转会 号码转携 保留号码 转网
流量 数据 上网量
短信 短讯 信息 讯息 验证码
注册 开户 登记
查询 查看 查 睇
贷款 借款 借钱 借贷
利息 利率 息费
银行卡 卡 信用卡 扣账卡
充值 增值 叉值
发票 收据 单据
地址 住址 居住地
删除 移除 清除
客户 用户 顾客
"""


def _groups(text: str, separator: str | None) -> list[list[str]]:
    return [[word.strip() for word in line.split(separator)] for line in text.strip().splitlines()]


def general() -> list[list[str]]:
    """The groups that ship with the product."""
    return _groups(_ENGLISH, ",") + _groups(_CHINESE, None)


def load(path: Path) -> list[list[str]]:
    """A site's own groups: `same = [["FibreBox", "white box"], ...]`. A file that is not there has none.

    Raises ArticleError when the file is there and wrong.
    """
    if not path.exists():
        return []
    try:
        same = tomllib.loads(path.read_text("utf-8")).get("same", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArticleError(path, f"cannot be read ({error})", "mend the TOML; it is saved as UTF-8") from error
    if not (isinstance(same, list) and all(isinstance(g, list) and all(isinstance(w, str) for w in g) for g in same)):
        raise ArticleError(path, "`same` is not a list of lists of words", 'write same = [["router", "white box"]]')
    return same


class Thesaurus:
    """Adds the groups' terms to a text's own."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._stems: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._han: dict[str, list[tuple[str, str]]] = {}
        for number, group in enumerate(groups):
            for word in group:
                self._enter(words.fold(word), f"{words.CONCEPT}{number}")

    def _enter(self, word: str, concept: str) -> None:
        if words.is_han(word):
            self._han.setdefault(word[0], []).append((word, concept))
        elif stems := tuple(term.text for term in words.terms(word)):
            self._stems.setdefault(stems[0], []).append((stems, concept))

    def terms(self, text: str) -> list[Term]:
        """The terms of `words.terms`, and one for every group that the text touches."""
        found = words.terms(text)
        concepts: dict[str, float] = {}
        stems = [term.text for term in found]
        for at, stem in enumerate(stems):
            for entry, concept in self._stems.get(stem, ()):
                if tuple(stems[at : at + len(entry)]) == entry:
                    # "when" says little, and so does what means the same
                    weight = CONCEPT_WEIGHT * max(term.weight for term in found[at : at + len(entry)])
                    concepts[concept] = max(weight, concepts.get(concept, 0.0))
        if self._han and words.is_han(text):
            folded = words.fold(text)
            for at, character in enumerate(folded):
                for word, concept in self._han.get(character, ()):
                    if folded.startswith(word, at):
                        concepts[concept] = HAN_CONCEPT_WEIGHT
        found.extend(Term(concept, weight) for concept, weight in concepts.items())
        return found
