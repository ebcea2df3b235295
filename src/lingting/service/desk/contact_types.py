"""The eleven contact types of a service centre: their names, fields and procedures, ready in Chinese and English.

Source: the trade's list of contact types (consultation, business handling, fault report, complaint, technical support,
booking, follow-up call, proactive care, customer-data update, market survey, telesales). Centres change all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """A step of a simple procedure: one after the other; `limit` in minutes of the case's hours."""

    key: str
    zh: str
    en: str
    limit: int
    how_zh: str = ""
    how_en: str = ""
    may_skip: bool = False


@dataclass(frozen=True)
class Field:
    key: str
    zh: str
    en: str
    kind: str = "text"
    options: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class ContactType:
    """A contact type; without steps another app brings its procedure (complaints)."""

    key: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    fields: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()


_RECORD = Step("record", "记录诉求", "Record the need", 30, "核对客户身份，问清诉求，写进工单主题。", "Check who the customer is, ask for the need, write it into the subject.")
_TELL = Step("tell", "告知客户结果", "Tell the customer", 240, "用客户来时的渠道告知结果，确认没有其他问题。", "Use the customer's own channel; ask whether anything else is open.")
_URGENCY = "normal = 一般 | Normal\nurgent = 紧急 | Urgent\nsafety = 涉及安全 | Safety"

# What customers read of a step, by its key; the others are the centre's own.
_PUBLIC = {
    "answer": ("答复您的问题", "Answering your question"), "handle": ("为您办理", "Handling it"),
    "diagnose": ("排查原因", "Finding the cause"), "repair": ("安排维修", "Arranging the repair"),
    "guide": ("指导您操作", "Guiding you through it"), "escalate": ("专家处理", "With our experts"),
    "arrange": ("确认时间与人员", "Fixing time and person"), "verify": ("核验身份", "Checking your identity"),
    "update": ("更新资料", "Updating your data"), "tell": ("告知您结果", "Telling you the outcome"),
}  # fmt: skip

CONTACT_TYPES: tuple[ContactType, ...] = (
    ContactType(
        "consultation", "咨询", "Consultation", "产品、价格、政策、使用方法的询问", "Questions about products, prices, rules and use",
        (Field("product", "产品型号", "Product"),),
        (Step("answer", "查知识库并答复", "Answer from the knowledge base", 60, "先查知识库；没有答案时记录缺口。", "Look into the knowledge base first; note the gap when there is no answer."),
         Step("check", "确认是否解决", "Check that it is solved", 1440, may_skip=True)),
    ),
    ContactType(
        "business-handling", "业务办理", "Business handling", "订单变更、退换货、会员、发票等办理", "Changes of orders, returns, membership, invoices",
        (Field("order", "订单号", "Order number", is_required=True),
         Field("matter", "办理事项", "Matter", "choice", "change = 变更订单 | Change\nreturn = 退货 | Return\nexchange = 换货 | Exchange\ninvoice = 发票 | Invoice\nmember = 会员 | Membership\nother = 其他 | Other")),
        (_RECORD, Step("handle", "办理", "Handle it", 480, "按办理事项的规定操作，保留凭证。", "Follow the rule of the matter; keep the evidence."), _TELL),
    ),
    ContactType(
        "fault-report", "故障申告", "Fault report", "产品或服务出现故障，需要排查或上门", "Something is broken and has to be found or visited",
        (Field("product", "产品型号", "Product", is_required=True), Field("bought", "购买日期", "Date of purchase", "date"),
         Field("urgency", "紧急程度", "Urgency", "choice", _URGENCY)),
        (_RECORD, Step("diagnose", "远程排查", "Find the cause remotely", 120, "按排查步骤逐项确认；涉及用电、漏水先请客户断电断水。", "Go through the checks; when water or current is involved, have it switched off first."),
         Step("repair", "安排维修", "Arrange the repair", 1440, "需要上门时向维修部门发协作单。", "Send a work order to the repair department when somebody has to come.", may_skip=True), _TELL),
    ),
    ContactType("complaint", "投诉", "Complaint", "客户对产品、服务或人员不满", "The customer is not content with product, service or people"),
    ContactType(
        "technical-support", "技术支持", "Technical support", "安装、联网、设置等使用中的技术问题", "Installing, connecting, setting up",
        (Field("product", "产品型号", "Product"), Field("version", "软件版本", "Software version")),
        (_RECORD, Step("guide", "指导操作", "Guide the customer", 120, "发图文步骤，一次一步。", "Send the steps with pictures, one at a time."),
         Step("escalate", "转专家", "Hand to an expert", 480, may_skip=True), _TELL),
    ),
    ContactType(
        "booking", "预约", "Booking", "安装、维修、保养、参观等预约", "Appointments for installation, repair, care, visits",
        (Field("day", "预约日期", "Day", "date", is_required=True), Field("address", "地址", "Address")),
        (Step("arrange", "确认时间与人员", "Fix time and person", 240, "与上门部门确认后再回复客户。", "Confirm with the visiting department before telling the customer."),
         Step("remind", "前一天提醒", "Remind the day before", 10080, may_skip=True)),
    ),
    ContactType(
        "follow-up", "回访", "Follow-up call", "办结后的主动回访", "Calling back after a case was finished",
        (Field("content", "是否满意", "Content", "yes_no"),),
        (Step("call", "联系客户", "Call the customer", 1440, "最多三次，换不同时段。", "Up to three times, at different hours."),
         Step("note", "记录意见", "Note the opinion", 60)),
    ),
    ContactType(
        "proactive-care", "主动关怀", "Proactive care", "节日问候、保养提醒、重点客户关怀", "Greetings, reminders of care, key customers",
        (), (Step("care", "关怀联系", "Get in touch", 2880), Step("note", "记录需求", "Note what was said", 60, may_skip=True)),
    ),
    ContactType(
        "data-update", "客户资料更新", "Customer data update", "联系方式、地址、开票资料变更", "Contact data, address, invoice data",
        (Field("proof", "已核验身份", "Identity checked", "yes_no", is_required=True),),
        (Step("verify", "核验身份", "Check the identity", 30, "核对预留信息两项以上。", "Compare at least two items on file."), Step("update", "更新资料", "Update the data", 60), _TELL),
    ),
    ContactType(
        "market-survey", "市场调查", "Market survey", "产品与服务的调查访问", "Asking about products and service",
        (), (Step("ask", "完成问卷", "Fill in the survey", 2880), Step("thank", "致谢", "Say thank you", 60, may_skip=True)),
    ),
    ContactType(
        "telesales", "电话营销", "Telesales", "外呼推荐产品与活动", "Calling customers with offers",
        (Field("agrees", "同意再次联系", "May be called again", "yes_no"),),
        (Step("call", "外呼", "Call", 2880, "先问是否方便；客户拒绝即停止。", "Ask first whether it suits; stop when the customer declines."),
         Step("note", "记录意向", "Note the interest", 30)),
    ),
)  # fmt: skip


def definition_of(kind: ContactType) -> dict[str, Any]:
    """The procedure of a type as `kernel.procedures` reads it: its steps one after the other."""
    steps = []
    for place, step in enumerate(kind.steps):
        onward = kind.steps[place + 1].key if place + 1 < len(kind.steps) else "end"
        public_zh, public_en = _PUBLIC.get(step.key, ("", ""))
        steps.append(
            {
                "key": step.key,
                "title": {"zh": step.zh, "en": step.en},
                "public": {"zh": public_zh, "en": public_en},
                "instructions": {"zh": step.how_zh, "en": step.how_en},
                "owner": {"kind": "subject"},
                "limit_minutes": step.limit,
                "may_skip": step.may_skip,
                "outcomes": [{"key": "done", "label": {"zh": "完成", "en": "Done"}, "next": onward}],
            }
        )
    return {
        "key": kind.key,
        "name": {"zh": f"{kind.zh}流程", "en": f"{kind.en} procedure"},
        "purpose": {"zh": kind.about_zh, "en": kind.about_en},
        "subject_kind": "desk.case",
        "steps": steps,
    }
