// Made by `python -m cti.web.typescript` from the server's structs. Change those, then make this anew.

export type AgentId = string;
export type ClosingId = string;
export type CustomerId = string;
export type IdentifierId = string;
export type IncidentId = string;
export type InteractionId = string;
export type Language = string;
export type Ms = number;
export type OfferId = string;
export type OutcomeId = string;
export type Phone = string;
export type QueueId = string;
export type ReasonId = string;

export interface PhoneView {
  phone: Phone;
  reachable: boolean;
}

/** A queue that lets its agents opt out. */
export interface QueueChoice {
  queue: QueueId;
  /** False: this agent has. */
  takes: boolean;
}

/** The agent whose desk it is. */
export interface MeView {
  agent: AgentId;
  name: string;
  nickname: string;
  work_number: string;
  role: string;
  /** `signed_out`, `not_ready`, `ready`, `reserved`, `talking`, `wrap_up`. */
  state: string;
  reason: string | null;
  since: Ms;
  until: Ms | null;
  next_reason: string | null;
  /** No page of theirs answers; of several, the one with the phone. */
  silent: boolean;
  phones: PhoneView[];
  choices: QueueChoice[];
  /** Whether they may call numbers outside: `yes`, `off` (the site calls nobody), `not_allowed` (they may not). */
  calls_out: string;
}

/** What a caller who came now would wait: one in ten shorter than `low`, half up to `middle`, one in ten longer than `high`. */
export interface WaitView {
  low: Ms;
  middle: Ms;
  high: Ms;
  /** Minutes, as callers are told; null: they are told no time, because it came true too seldom lately. */
  least: number | null;
  /** Null with a `least`: more than that. */
  most: number | null;
}

/** A queue closed by hand. */
export interface ClosedView {
  closing: ClosingId;
  /** Why. */
  name: Record<string, string>;
  by: AgentId;
  since: Ms;
}

/** A known incident that callers are told of until then. */
export interface IncidentView {
  incident: IncidentId;
  name: Record<string, string>;
  /** Null: callers of the whole site. */
  queue: QueueId | null;
  by: AgentId;
  since: Ms;
  until: Ms;
  /** Languages of callers for which a supervisor has recorded a sentence; the others hear the incident's own words. */
  sentences: Language[];
}

/** An incident that callers can be told of. */
export interface IncidentWay {
  id: IncidentId;
  name: Record<string, string>;
}

/** A way to close queues by hand. */
export interface ClosingView {
  id: ClosingId;
  name: Record<string, string>;
  /** Whether those in line have to go as well. */
  waiting: boolean;
}

export interface QueueView {
  id: QueueId;
  name: Record<string, string>;
  /** On the phone. */
  waiting: number;
  /** In line without being on the phone: they will be called back. */
  callbacks: number;
  longest_since: Ms | null;
  limit_s: number;
  /** Agents ready who could serve it. */
  ready: number;
  answered: number;
  abandoned: number;
  /** Answered within the service level's seconds. */
  within: number;
  service_level_s: number;
  service_level_goal: number;
  /** Null: an agent is free, nobody there can serve, or too few talks have been seen. */
  wait: WaitView | null;
  /** Callers today who were told a time, as far as it is known whether it was right. */
  told: number;
  /** Those of them who got an agent within it. */
  kept: number;
  closed: ClosedView | null;
  /** Text work in line: messages. */
  text_waiting: number;
  /** Begin of its longest wait. */
  text_since: Ms | null;
  /** On agents' desks, kept for later included. */
  text_in_hand: number;
  /** Opened within so long it counts within the service level. */
  text_level_s: number;
  text_opened: number;
  text_within: number;
  /** What its callers are told of, the whole site's first; some may be over by now. */
  incidents: IncidentView[];
  parked: number;
  /** Since when the longest is. */
  parked_since: Ms | null;
}

/** A piece of text work on this desk: a message that a caller left. */
export interface WorkView {
  piece: InteractionId;
  kind: string;
  /** `offered` (to be opened by `until`), `open`, `later` (kept until `until`). */
  state: string;
  queue: QueueId | null;
  /** The hotline number that was dialled. */
  number: string;
  language: string | null;
  /** Begin of the wait. */
  since: Ms;
  /** Since when it is here so. */
  at: Ms;
  until: Ms | null;
  /** Of the recording. */
  length: Ms;
  /** The call it was left in. */
  about: InteractionId | null;
  /** Who left it, where that is one person. */
  name: string;
  /** Their number as people write it; empty: withheld. */
  display: string;
  /** Why this agent. */
  why: Why[];
  given_by: AgentId | null;
}

/** One fact of a decision; screens and `hotline why` say it in the reader's language. Of an offer, `code` and its `args`: `skills` (skill -> level), `idle` (`ms`), `only_one`, `preferred` (`as`, `ms` left), `skipped_state` (`state`, `ms` left), `skipped_skill` (`skill`, `has`, `needs`), `opted_out` (`queue`), `ring` (`after_s`), `by_policy` (could too, and was free for longer, but the queue's `policy` chose another), `spared` (left for another), `tier` (`tier`, `minutes` ahead). Of a caller who waits, `nobody` (at work can serve them), `queue_closed` (`closing`), too. Of an agent who gets nothing: `own_state` (`state`, `reason`), `no_phone`, `asterisk_away`, `nobody_waits`, `longer_idle` (`ms`), `skipped_skill`, `opted_out`. Of text work and who has it: `at_capacity` (`channel`, `has`, `of`), `has_chats` (`has`: no call beside them), `unopened` (a piece on the desk is to be opened first), `paused` (`ms` left: left a piece to others), `no_desk`; of either `silent` (their desk does not answer). */
export interface Why {
  code: "skills" | "idle" | "only_one" | "preferred" | "ring" | "spared" | "by_policy" | "tier" | "skipped_state" | "skipped_skill" | "nobody" | "longer_idle" | "own_state" | "no_phone" | "asterisk_away" | "nobody_waits" | "queue_closed" | "opted_out" | "at_capacity" | "has_chats" | "unopened" | "paused" | "no_desk" | "silent";
  agent: AgentId | null;
  args: Record<string, number | string>;
}

/** Where a caller is who was given away: a colleague's phone is called, or they are in a queue's line. */
export interface GivenTo {
  /** None: not given to somebody. */
  agent: AgentId | null;
  queue: QueueId | null;
  /** A number outside is called for them. */
  outside: boolean;
  /** The colleague's phone has said that it rings. */
  rings: boolean;
}

/** A parked caller whom this agent may fetch. */
export interface ParkedView {
  interaction: InteractionId;
  queue: QueueId | null;
  /** Who parked them. */
  by: AgentId;
  since: Ms;
  /** When they are offered back. */
  until: Ms;
  language: string | null;
  /** Who it is, where that is one person. */
  name: string;
  /** Their number as people write it; empty: withheld. */
  display: string;
}

/** A consultation about the call on this desk: for the agent who asked and for the colleague. */
export interface ConsultView {
  /** `asking` (a phone is called, or one waits in the queue), `speaking`, `conference` (all three) or `alone` (nobody came, or the colleague has left). */
  step: string;
  asker: AgentId;
  /** Who talks, is called or was asked for; null: nobody of the queue is found yet. */
  colleague: AgentId | null;
  /** Asked for somebody of this queue. */
  queue: QueueId | null;
  /** Asked at a number outside. */
  outside: boolean;
  /** Asking: the colleague's phone has said that it rings. */
  rings: boolean;
  /** Begin of the step; alone, of the caller's music. */
  since: Ms;
  /** Since when the caller hears music; null in a conference, and on hold. */
  aside: Ms | null;
  /** The agent asks on a second line of their phone, which holds the caller, and brings them together by itself. */
  by_phone: boolean;
}

/** The call on this desk, from the reservation to the end of wrap-up. */
export interface CallView {
  interaction: InteractionId;
  /** `offered` (the agent's phones are called, and none has said that it rings), `ringing`, `dialling` (whom the agent calls is called), `talking`, `held`, `wrap_up`. */
  phase: string;
  /** `out`: the agent calls. */
  direction: string;
  /** They asked to be called back, and are or were called. */
  callback: boolean;
  /** How the last call to them came to nothing, as in `DialEnded`. */
  missed: string;
  offer: OfferId | null;
  /** End of the offer or of the wrap-up. */
  until: Ms | null;
  queue: QueueId | null;
  /** The hotline number that was dialled. */
  number: string;
  language: string | null;
  arrived: Ms;
  waited: Ms;
  /** Begin of the phase. */
  since: Ms;
  /** Begin of the talk, also while held and in wrap-up; null there when another agent has the call by now. */
  connected: Ms | null;
  /** What the caller chose in the menus. */
  path: Record<string, string>[];
  /** Why this agent. */
  why: Why[];
  judged: boolean | null;
  /** The colleague who transferred the caller here. */
  given_by: AgentId | null;
  /** In wrap-up, of a caller one gave away: nobody has answered yet, and one can take them back. */
  given_to: GivenTo | null;
  consult: ConsultView | null;
  /** How it stands with the recording of this talk: `no`, `on`, `paused`, or `failed` (it should be, and nothing is kept). */
  recorded: string;
}

/** Something the agent must know until put away: `rona`, `unreachable` (no phone could ring), `silent` (it rang in a page that did not answer), `call_lost`, `phone_dead` (no voice came from the agent's phone), `transfer_failed` (`agent` did not take the caller), `not_reached` (who was to be called back; `how`), `consult_failed` (`agent` did not come to the consultation), `consult_caller_gone` (the caller hung up while agents consulted), `parked_gone` (whom one parked hung up), `recording_failed` (the talk should be recorded, and is not). */
export interface NoticeView {
  id: string;
  kind: string;
  at: Ms;
  interaction: InteractionId | null;
  agent: AgentId | null;
  /** Why, as in `TransferFailed` and `DialEnded`; of `consult_failed` for a number outside only. */
  how: string;
}

export interface DeskView {
  me: MeView;
  queues: QueueView[];
  call: CallView | null;
  pop: Pop | null;
  notices: NoticeView[];
  /** Text work in this agent's hand, unopened first, then longest waiting; kept for later last. */
  work: WorkView[];
  /** Longest first. */
  parked: ParkedView[];
  reasons: Reason[];
  outcomes: OutcomeKind[];
  /** For supervisors; others can't close queues. */
  closings: ClosingView[];
  /** What supervisors can have callers told; for others none. */
  incidents: IncidentWay[];
  /** Not to be forgotten: this agent's own that are due within half an hour, or overdue; for supervisors everybody's that are overdue. What is due first, first. */
  promises: DuePromise[];
  /** Customers who were erased lately, the last one last: a page that shows one shows nothing of them any more. */
  erased: CustomerId[];
  /** Whether the bridge and Asterisk see each other. */
  asterisk: boolean;
}

/** Everything known about a caller. Several `people`: the number is shared, and nobody has guessed. */
export interface Pop {
  identifier: IdentifierId | null;
  /** The number as people write it; empty: withheld, or a call from the help site's page (an `identifier` that begins with `device:`). */
  display: string;
  /** Most likely first; none: never heard of. */
  people: Person[];
  /** By what they are recognised: `number`, `browser` (a call from a page), `sign_in` (somebody signed in on that browser), `account` (its number was keyed), `pin` (with the right PIN); `wrong_pin` and `locked`: by the number, for the PIN that was keyed was wrong, or there had been too many wrong ones. Empty: nobody is. */
  how: string;
  /** How many people have that number, browser or account. */
  shared: number;
  /** Of a call that was transferred: what agents have written about it so far. */
  notes: AgentNote[];
  /** The number at which they asked to be called back, as people write it, where it is another one than `display`. */
  callback: string;
}

/** One who may be calling. */
export interface Person {
  customer: CustomerId;
  name: string;
  language: string | null;
  tier: string;
  tags: string[];
  calls: number;
  /** This person made `calls` of the `of_calls` calls from this number. */
  of_calls: number;
  /** Contacts within five days. */
  recent: number;
  /** Entries in all, by kind. */
  counts: Record<string, number>;
  /** The newest twenty. */
  timeline: Entry[];
  /** Open ones. */
  cases: CaseLine[];
  /** Open ones. */
  promises: PromiseLine[];
  rail: Station[];
  answers: Answer[];
  /** Telephone numbers, as people write them, the one seen last first. Only of a customer who was asked for. */
  numbers: string[];
}

/** One line of the timeline, whatever the channel. */
export interface Entry {
  id: string;
  /** `call`, `message` (left by a caller), `mail`, `chat`, `sms`, `search`, `form`, `visit`, `order`. */
  kind: string;
  at: Ms;
  title: string;
  text: string;
  inbound: boolean;
  language: string | null;
  /** The agent's name. */
  agent: string | null;
  lasted: Ms | null;
  waited: Ms | null;
  /** The menu choices of a call. */
  path: Record<string, string>[];
  solved: boolean | null;
  /** What went badly: `no_reply`, `nothing_found`, `abandoned`, `missed`; `message`: one was left; empty: nothing. */
  mark: string;
  case: string | null;
  /** Of a visit of the site's own web sites. */
  web: WebVisit | null;
  /** A recording of a call's talks is there to be heard. */
  recorded: boolean;
}

/** What was done in one visit of a web site. */
export interface WebVisit {
  /** Pages seen. */
  pages: number;
  /** The last twelve, oldest first. */
  steps: WebStep[];
}

/** One thing that a visitor of a web site did. */
export interface WebStep {
  /** `search`, `form`, `sign_in`, `tag` (they say that something is so of themselves) or `untag` (no longer). */
  kind: string;
  /** What was searched, the form's name, or the tag. */
  words: string;
  /** By a search; null: the site did not say. */
  found: number | null;
}

export interface CaseLine {
  id: string;
  title: string;
  state: string;
  opened: Ms;
  /** The owner's agent id. */
  owner: string | null;
  /** -1 low, 0, 1 high, 2 urgent. */
  priority: number;
  due: Ms | null;
  closed: Ms | null;
  /** As it was closed; null: it is open, or nobody has said. */
  solved: boolean | null;
  /** How often it came again after it was closed. */
  reopened: number;
}

export interface PromiseLine {
  id: string;
  what: string;
  due: Ms;
  made: Ms;
  /** Agent id. */
  by: string | null;
  case: string | null;
}

/** A station on the rail "how they got here": at most three before the wait, which the screen adds. */
export interface Station {
  kind: string;
  title: string;
  /** What went badly, as in `Entry.mark`, or `not_solved`; empty: nothing. */
  detail: string;
  at: Ms;
  bad: boolean;
}

/** An article of the knowledge base that fits, with the reason it does. */
export interface Answer {
  article: string;
  version: number;
  title: string;
  summary: string;
  /** What it was found from: `search`, `menu`, `case` or `mail`. */
  why: string;
  language: string;
}

/** What an agent has written about this call. */
export interface AgentNote {
  agent: AgentId;
  name: string;
  text: string;
}

/** Why an agent is not ready. `rona` and `away` are the system's own and always exist. */
export interface Reason {
  id: ReasonId;
  name: Record<string, string>;
}

/** What came of a talk, chosen in wrap-up. */
export interface OutcomeKind {
  id: OutcomeId;
  name: Record<string, string>;
  /** Whether it says the matter is settled. */
  closes: boolean;
}

/** An open promise of anybody's. */
export interface DuePromise {
  id: string;
  what: string;
  due: Ms;
  made: Ms;
  by: AgentId | null;
  customer: CustomerId;
  /** The customer's. */
  name: string;
}

export interface AgentTile {
  agent: AgentId;
  name: string;
  work_number: string;
  /** As in `MeView`, but of who is reserved how far that is, as in `CallView`: `offered`, `ringing`, `dialling`, `talking`. */
  state: string;
  reason: string | null;
  since: Ms;
  /** The colleague they consult with, about one call. */
  consult: AgentId | null;
  /** How it stands with the recording of their talk, as in `CallView`. */
  recorded: string;
  /** Their desk does not answer, and they have no other phone: calls go to others. */
  silent: boolean;
}

/** An open promise, without what was promised: anybody may see a wall. */
export interface PromiseTile {
  id: string;
  due: Ms;
  by: AgentId | null;
  /** The customer's; empty: not known. */
  name: string;
}

/** Counters since midnight in the site's zone. Service level = within / (answered + abandoned). */
export interface TodayView {
  day: string;
  arrived: number;
  answered: number;
  abandoned: number;
  within: number;
  service_level_s: number;
  service_level_goal: number;
  /** Sum over answered calls: ASA = this / answered. */
  waited_answered: Ms;
  talked: Ms;
  solved: number;
  not_solved: number;
  /** 48 numbers (46 or 50 on days when clocks change): calls that arrived. */
  per_half_hour: number[];
  /** The mean of the same weekday in the last four weeks; empty: not enough history. */
  usual_half_hour: number[];
  /** Median wait of those who left. */
  half_abandoned_by: Ms | null;
}

export interface WallboardView {
  site: Record<string, string>;
  zone: string;
  queues: QueueView[];
  agents: AgentTile[];
  today: TodayView;
  asterisk: boolean;
  waiting: number;
  longest_since: Ms | null;
  longest_queue: QueueId | null;
  /** Open ones that are overdue, or due within four hours; what is due first, first. Thirty at most. */
  promises: PromiseTile[];
  promises_in_all: number;
  reasons: Reason[];
}

/** `epoch` changes with every start of the bridge: another epoch means that older numbers say nothing. */
export interface Snapshot<V> {
  type: "snapshot";
  epoch: string;
  seq: number;
  now: Ms;
  /** A `DeskView` or a `WallboardView`. */
  view: V;
}

export interface Change<V> {
  type: "change";
  seq: number;
  now: Ms;
  /** Top-level fields of the view, whole. */
  set: Partial<V>;
}

/** Every second to each viewer, and after an offer to its desk: so a screen knows how old what it shows is, and we whether anybody shows it. */
export interface Beat {
  type: "beat";
  seq: number;
  now: Ms;
}

/** A message of the screen's was not understood or not allowed; the connection stays. */
export interface Refused {
  type: "refused";
  what: string;
}

/** From a desk, the answer to each `Beat`: somebody's page is alive. None for 10 s: the desk is lost. */
export interface ScreenBeat {
  type: "beat";
  /** The number of the newest change that it shows. */
  seq: number;
}

/** From a screen that found a gap in the numbers: send a new snapshot. */
export interface Again {
  type: "again";
}

/** What a caller was promised, as far as it can be spoken. */
export interface OpenPromise {
  by: AgentId | null;
  due: Ms;
  /** To call them back. */
  call: boolean;
}

/** What a flow may branch on, known within milliseconds of the INVITE. */
export interface CallerFacts {
  identifier: IdentifierId | null;
  known: boolean;
  language: string | null;
  tier: string;
  people: number;
  /** Who talked last on this number, or with its one owner. */
  last_agent: AgentId | null;
  /** Whose the newest open case of the one owner is. */
  case_owner: AgentId | null;
  /** Who promised the one owner what is due first. */
  promised: AgentId | null;
  /** What that is. None, too, where several people have the number: it is nobody else's business. */
  promise: OpenPromise | null;
}

/** What the agent wrote about an interaction in wrap-up. */
export interface CallNote {
  interaction: InteractionId;
  agent: AgentId;
  text: string;
  /** Whom the agent confirmed; None: left open. */
  customer: CustomerId | null;
}

/** One call as history knows it, folded from the journal. */
export interface CallLine {
  interaction: InteractionId;
  at: Ms;
  /** The hotline number that was dialled. */
  number: string;
  /** The caller's number as people write it; empty: withheld, erased or none (`from_page`). */
  display: string;
  /** It came from the help site's page. */
  from_page: boolean;
  language: string | null;
  queue: QueueId | null;
  /** The last who talked. */
  agent: AgentId | null;
  /** `open` or how it ended: `answered`, `abandoned`, `abandoned_again`, `left_menu`, `message` (left one), `answer` (heard one, and needed no more), `flow`, `elsewhere` (another site had them), `lost`, `merged` (they called again before they were called back), `callback_missed`; of a call of ours that came to nothing `busy`, `no_answer`, `refused`, `wrong_number`, `congestion`, `unreachable`, `not_allowed`, `cancelled`, `not_reached`. */
  state: string;
  /** We called. */
  outgoing: boolean;
  waited: Ms;
  talked: Ms;
  path: Record<string, string>[];
  outcome: OutcomeId | null;
  solved: boolean | null;
  /** Confirmed by the agent, or proved by a PIN. */
  customer: CustomerId | null;
  customer_name: string;
  note: string;
  /** What came of the account number they keyed: `pin` (with the right one), `account` (without one), `wrong_pin`, `locked`; empty: none was keyed. */
  recognised: string;
}

/** A caller who left before anybody had them, and has neither called again nor been reached since. */
export interface Abandoned {
  interaction: InteractionId;
  at: Ms;
  waited: Ms;
  queue: QueueId | null;
  language: string | null;
  /** As people write it. */
  number: string;
  /** Empty: not known, or several people's number. */
  name: string;
  customer: CustomerId;
  /** Calls to them since, in vain. */
  tries: number;
  /** Who has seen to it. */
  handled_by: AgentId | null;
  handled: Ms | null;
}

/** One piece of text work as history knows it, folded from the journal. */
export interface PieceLine {
  piece: InteractionId;
  /** `message`. */
  kind: string;
  /** The call it was left in. */
  about: InteractionId | null;
  at: Ms;
  /** The hotline number that was dialled. */
  number: string;
  language: string | null;
  queue: QueueId | null;
  /** The last who opened it. */
  agent: AgentId | null;
  /** `open`, or how it ended: `done`. */
  state: string;
  /** Until it was opened first. */
  waited: Ms;
  /** Of the recording. */
  length: Ms;
  outcome: OutcomeId | null;
}

/** What one agent did today: the calls since the site's midnight on which this agent was the last who talked. */
export interface AgentDay {
  answered: number;
  /** In all of them together. */
  talked: Ms;
  /** Callers who said whether it was solved. */
  judged: number;
  /** Those who said it was. */
  solved: number;
}

/** One customer a search found. */
export interface CustomerHit {
  customer: CustomerId;
  name: string;
  /** What matched, as people write it: a number, an address, an account. */
  detail: string;
  /** Last contact. */
  last: Ms | null;
}

/** One case a search found. */
export interface CaseHit {
  case: CaseLine;
  customer: CustomerId;
  /** The customer's. */
  name: string;
}

/** Two cases made one, or one made two, which can be undone. */
export interface CaseMove {
  id: string;
  /** `merge` or `split`. */
  how: string;
  /** The other case: the one merged into this, or the one that contacts went to or came from. */
  other: string;
  /** The other's. */
  title: string;
  /** That went from one to the other. */
  contacts: number;
  at: Ms;
  by: AgentId;
}

/** A case in full. */
export interface CaseView {
  case: CaseLine;
  customer: CustomerId;
  /** The customer's. */
  name: string;
  /** Contacts about it, on every channel, newest first; the last hundred. */
  entries: Entry[];
  /** Open ones. */
  promises: PromiseLine[];
  /** What it was made of, newest first. */
  moves: CaseMove[];
}

/** A case that a contact looks like. */
export interface CaseSuggestion {
  case: CaseLine;
  /** What both speak of. */
  words: string[];
  /** It was closed a short while ago, and would be open again. */
  reopens: boolean;
}

/** How a customer wants to be reached, as they told an agent. */
export interface Wishes {
  /** `call`, `sms`, `mail` or `chat`; empty: they have not said. */
  channel: string;
  /** Channels they do not want. */
  never: string[];
  /** From this minute of the site's day. */
  begins: number;
  /** To this one; before `begins`: over midnight. */
  ends: number;
  /** What whoever speaks with them should know. */
  note: string;
  /** Who wrote it down. */
  by: AgentId;
  at: Ms;
}

/** What is known to be so of a customer. */
export interface Tag {
  tag: string;
  /** On whose word: an import's name, `agent:<id>`, or `customer`: their own. */
  source: string;
}

/** What a summary of a customer is made from: counted, never guessed. */
export interface Facts {
  /** First contact. */
  since: Ms | null;
  /** Those that are over, and so is `last`. */
  contacts: number;
  last: Entry | null;
  /** Of the last twenty contacts, those judged not solved. */
  unsolved: number;
  /** Of the last twenty, those judged at all. */
  judged: number;
  /** Open ones. */
  cases: number;
  cases_late: number;
  /** Open ones. */
  promises: number;
  promises_late: number;
  /** When what is due next is due; none, where all are overdue. */
  next_promise: Ms | null;
}

/** What is known of a customer beside their contacts. */
export interface About {
  customer: CustomerId;
  language: string | null;
  tier: string;
  tags: Tag[];
  wishes: Wishes | null;
  /** How they are best reached, with the evidence; the best first. */
  ways: Way[];
  /** Why they should not be called now: `never` (they said so), `not_now` (outside of their times), `quiet` (the site's quiet hours); empty: nothing. */
  unwanted: string;
  facts: Facts;
}

/** A channel at a time, and how often that was tried and answered. */
export interface Way {
  channel: string;
  /** 0: Monday; null: any day. */
  weekday: number | null;
  /** From then for an hour, by the site's clock; null: any time. */
  hour: number | null;
  answered: number;
  tries: number;
  /** Of a hundred tries, how many would be answered; few examples are drawn to what is usual. */
  chance: number;
  /** By this customer's own contacts; false: by those of customers like them. */
  own: boolean;
}

/** Something attached to a mail. */
export interface Attached {
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  /** `history.attachment(digest)` gives the bytes. */
  digest: string;
}

/** One mail of a thread. */
export interface Message {
  id: string;
  at: Ms;
  inbound: boolean;
  author: string;
  recipients: string;
  subject: string;
  /** What was written, without what was only quoted. */
  text: string;
  quoted: string;
  /** `bounce`, `auto_reply`, `receipt`, `list`, `loop` or `spam`; empty: a person wrote it. */
  auto: string;
  language: string | null;
  /** What was odd about it, for people. */
  problems: string[];
  attachments: Attached[];
}

/** One way a customer is known again. */
export interface IdentifierLine {
  id: IdentifierId;
  /** `tel`, `mail`, `account` or `device`. */
  kind: string;
  /** As people write it; empty: a browser. */
  display: string;
  /** On whose word: an import's name, `agent` (in a call), `agent:<id>`, `merge:<id>`; empty: it is nobody else's. */
  source: string;
  first_seen: Ms;
  last_seen: Ms;
  /** Of a hundred contacts from there, how many would be this customer's by what is known: calls that agents have confirmed, and how many share it. */
  confidence: number;
  /** How many other customers have it, too. */
  shared: number;
}

/** That a customer has a PIN for calls, and nothing of the PIN itself. */
export interface PinLine {
  since: Ms;
  /** The agent who set it. */
  by: string;
  /** After too many wrong ones in a row it is not looked at for a day, or until it is set anew. */
  locked: boolean;
}

/** A merge in force, which can be undone. */
export interface MergeLine {
  id: string;
  /** The customer's id that was merged, or an identifier's. */
  gone: string;
  name: string;
  at: Ms;
  /** Agent id, or `command line`. */
  by: string;
}

/** A reason to think that two customers are one person. */
export interface Evidence {
  /** `same`: both have it. `wrote`: the customer wrote it, and it is the other's. `written`: the other wrote it, and it is the customer's. `both_wrote`: both wrote it. `name`: their names are alike, which alone is no reason. */
  kind: string;
  /** The number, address or account; the name. */
  what: string;
  /** Kind of the contact in which it was written: `mail`, `form`, `chat`, `sms`. */
  source: string;
  /** When it was written. */
  at: Ms | null;
}

/** Somebody who may be the same person. */
export interface Suggestion {
  other: CustomerHit;
  evidence: Evidence[];
}

/** How a customer is known again, and who may be the same person. */
export interface Identity {
  customer: CustomerId;
  identifiers: IdentifierLine[];
  /** Newest first. */
  merges: MergeLine[];
  /** The best proven first. */
  suggestions: Suggestion[];
  /** For callers who key their account number; null: none is set. */
  pin: PinLine | null;
}

/** A customer before or after a merge. */
export interface MergeSide {
  customer: CustomerId;
  name: string;
  language: string | null;
  tier: string;
  tags: string[];
  /** As people write them; browsers are left out. */
  identifiers: string[];
  /** Contacts by kind. */
  counts: Record<string, number>;
  cases: number;
  promises: number;
}

/** What a merge would make of two customers. */
export interface MergePreview {
  kept: MergeSide;
  gone: MergeSide;
  together: MergeSide;
}

export interface SignIn {
  /** Agent id or work number. */
  name: string;
  password: string;
}

export interface NewPassword {
  old: string;
  new: string;
}

/** Who is signed in. */
export interface Me {
  agent: AgentId;
  name: string;
  nickname: string;
  work_number: string;
  role: "viewer" | "agent" | "supervisor" | "administrator";
  /** Goes back as header `X-CSRF` on every request that changes something. Empty for API tokens, which need none. */
  csrf: string;
  /** When the session ends by itself; None: an API token without an end. */
  until: Ms | null;
}

/** What the browser's softphone registers with. */
export interface BrowserPhone {
  /** Path of the SIP WebSocket on this very host. */
  ws: string;
  /** Such as `sip:ana-web@hotline`. */
  uri: string;
  user: string;
  password: string;
  display: string;
  /** Dialled for the sound check: the exchange sends back what it hears. */
  echo: string;
}

export interface NewToken {
  label: string;
  /** Never more than the one who makes it has. */
  role?: "viewer" | "agent" | "supervisor" | "administrator";
  /** None: no end. */
  days?: number | null;
}

/** An API token as listed: never the token itself, of which only a hash is kept. */
export interface TokenLine {
  id: string;
  label: string;
  agent: AgentId;
  role: "viewer" | "agent" | "supervisor" | "administrator";
  made: Ms;
  until: Ms | null;
  used: Ms | null;
}

export interface MadeToken {
  /** Shown this once. */
  token: string;
  line: TokenLine;
}

export interface Tokens {
  tokens: TokenLine[];
}

export interface AgentStateAsk {
  state: "ready" | "not_ready";
  /** Needed for `not_ready`. While talking it takes effect when the talk ends. */
  reason?: ReasonId | null;
}

export interface QueueTakes {
  /** False: no calls of this queue for the rest of the shift. */
  takes: boolean;
}

export interface Extend {
  by_s?: number;
}

/** Why one gets no calls. */
export interface NoWork {
  why: Why[];
  /** Why no messages. */
  text: Why[];
}

/** One of the three: a colleague, who must be ready, a queue, where the caller keeps place and skills, or a number outside, in any form. */
export interface Transfer {
  agent?: AgentId | null;
  queue?: QueueId | null;
  number?: string | null;
}

/** One of the three: a colleague, who must be ready, a queue, of which the router picks somebody, or a number outside, in any form. */
export interface Consult {
  agent?: AgentId | null;
  queue?: QueueId | null;
  number?: string | null;
}

export interface ConsultThen {
  /** `back`: the caller again, without the colleague; `complete`: the colleague has the caller; `join`: all three. */
  then: "back" | "complete" | "join";
}

export interface WrapUp {
  outcome?: OutcomeId | null;
  note?: string;
  /** Whom the agent talked with, when it was confirmed. */
  customer?: CustomerId | null;
  /** Ready for the next one; else not ready. */
  ready?: boolean;
}

export interface KeepPiece {
  /** In the next 31 days. */
  until: Ms;
}

export interface FinishPiece {
  outcome?: OutcomeId | null;
  note?: string;
  /** Whose it was, when it was confirmed. */
  customer?: CustomerId | null;
}

export interface NoteAsk {
  note: string;
}

export interface ConfirmCustomer {
  /** None: left open again. */
  customer: CustomerId | null;
}

export interface Priority {
  /** So many minutes of waiting ahead, beside what flow and queue give. 0 takes it back. */
  minutes: number;
}

/** A caller who waits. */
export interface InLine {
  interaction: InteractionId;
  queue: QueueId | null;
  since: Ms;
  language: string | null;
  /** Minutes ahead, set by hand. */
  raised: number;
  /** Whose phone rings for them. */
  offered: AgentId | null;
  /** Not on the phone: they will be called back. */
  callback: boolean;
  /** Of a callback: when it is their turn at the earliest. */
  not_before: Ms | null;
  /** Of a callback: the number that will be called, where it is another than their own. */
  calls: string;
}

/** A piece of text work that waits. */
export interface TextInLine {
  piece: InteractionId;
  kind: "message" | "mail" | "chat";
  queue: QueueId | null;
  since: Ms;
  language: string | null;
  /** Minutes ahead, set by hand. */
  raised: number;
}

export interface Line {
  /** Next first, over all queues. */
  waiting: InLine[];
  /** The same of text work. */
  text: TextInLine[];
}

/** By hand, until they are opened again. */
export interface CloseQueues {
  /** Why, and what becomes of their callers: one of the site's. */
  closing: ClosingId;
  /** None: all of them. */
  queues?: QueueId[] | null;
}

/** Again: their calendars hold. */
export interface OpenQueues {
  /** None: all of them. */
  queues?: QueueId[] | null;
}

/** The mails of one thread. */
export interface Messages {
  messages: Message[];
}

/** Why a call went where it went: one fact a line, from the journal. */
export interface Story {
  interaction: InteractionId;
  lines: StoryLine[];
  /** While it waits: agent by agent, why nobody has it yet. */
  waits: Why[];
}

export interface StoryLine {
  at: Ms;
  /** The event's name, such as `Queued`, `Offered`, `OfferEnded`, `Connected`, `InteractionEnded`. */
  kind: string;
  agent: AgentId | null;
  queue: QueueId | null;
  /** How it ended, where in the menus, what was repaired. */
  detail: string;
  /** What the caller chose there. */
  chosen: Record<string, string>;
  why: Why[];
  /** We were away; how long it took is by Asterisk's CEL file. */
  from_file: boolean;
}

export interface TimelinePage {
  /** Newest first. */
  entries: Entry[];
  /** Goes back as `before` for the next page; None: that was all. */
  next: string | null;
}

export interface Calls {
  calls: CallLine[];
  next: string | null;
}

/** What one search over everything found. */
export interface Found {
  customers: CustomerHit[];
  /** It fits still more customers. */
  more: boolean;
  cases: CaseHit[];
  articles: ArticleHit[];
}

export interface ArticleHit {
  article: string;
  version: number;
  language: string;
  title: string;
  /** The answer in one or two sentences, ready to read out or insert. */
  summary: string;
  /** False: only a guess, shown under "perhaps". */
  fits: boolean;
  /** Among hot questions: how often it was asked of late. */
  times: number;
  /** Asked clearly more often than usual. */
  rising: boolean;
}

export interface CallsQuery {
  before?: string | null;
  limit?: number;
  agent?: AgentId | null;
  customer?: CustomerId | null;
}

export interface TimelineQuery {
  before?: string | null;
  limit?: number;
  /** Only entries of this kind, such as `mail`, or of several joined by commas. */
  kind?: string | null;
  /** Only entries that hold all of these words, mails in full. */
  q?: string;
  since?: Ms | null;
  /** Before then. */
  until?: Ms | null;
  queue?: QueueId | null;
  /** Only what somebody has judged so. */
  solved?: boolean | null;
  case?: string | null;
}

export interface SearchQuery {
  q: string;
  /** Language wanted for articles: `en`, `zh-Hans`, `zh-Hant`, or what a caller hears. */
  lang?: string | null;
  limit?: number;
}

export interface LanguageQuery {
  lang?: string | null;
  limit?: number;
}

export interface ArticleHits {
  articles: ArticleHit[];
}

export interface ArticleView {
  article: string;
  version: number;
  language: string;
  title: string;
  summary: string;
  /** Markdown: paragraphs, lists, headings, bold, links. No HTML: what looks like it is text. */
  text: string;
  tags: string[];
}

/** Words that a visitor searched for and stayed with. */
export interface VisitSearch {
  visitor: string;
  q: string;
  lang: "en" | "zh-Hans" | "zh-Hant";
}

/** Whether an article solved the matter. */
export interface VisitJudgement {
  visitor: string;
  article: string;
  lang: "en" | "zh-Hans" | "zh-Hant";
  solved: boolean;
}

export interface PublicNumber {
  number: string;
  name: Record<string, string>;
}

/** What anybody may know before signing in: for the help site and the sign-in page. */
export interface PublicSite {
  name: Record<string, string>;
  zone: string;
  numbers: PublicNumber[];
  /** Whether people answer at this moment. */
  open: boolean;
  /** `mon`..`sun` -> `HH:MM-HH:MM,...`; empty: always. */
  open_hours: Record<string, string>;
  /** The next two weeks' holidays and exceptions: ISO date -> hours, or `closed`. */
  other_days: Record<string, string>;
  /** Whether calling from the page is possible. */
  guest_calls: boolean;
}

export interface GuestCallAsk {
  /** One of the hotline's; None: the first. */
  number?: string | null;
  /** The browser's, so that the agent sees what was searched; None: a new one. */
  visitor?: string | null;
}

/** A lease of a guest phone: good for one call, from this moment. */
export interface GuestCall {
  /** Path of the SIP WebSocket with the lease's token. */
  ws: string;
  uri: string;
  user: string;
  password: string;
  /** To dial. */
  number: string;
  /** Header `X-Guest` of `DELETE /guest/call`. */
  token: string;
  /** A call must have begun by then. */
  until: Ms;
}

/** RFC 9457: what went wrong, where, and what to do about it. */
export interface Problem {
  /** A name for programs, such as `no-such-interaction`. */
  type: string;
  /** One sentence for people. */
  title: string;
  status: number;
  /** The field, header or part of the address that is meant, such as `$.reason`. */
  where: string;
  /** What to do. */
  todo: string;
}

/** `ok`: the bridge runs and sees Asterisk and its journal. */
export interface Health {
  ok: boolean;
  asterisk: boolean;
  journal: boolean;
  version: string;
  epoch: string;
  up_s: number;
}

/** It was accepted; what came of it arrives over `/live`. */
export interface Done {
  ok: boolean;
}

export interface LinkAsk {
  kind: "tel" | "mail" | "account";
  value: string;
}

export interface OtherQuery {
  other: CustomerId;
}

export interface MergeAsk {
  /** Who is the same person, and is shown as this customer from then on; or an identifier that is nobody's. */
  other: CustomerId;
}

export interface Merged {
  /** `POST /merges/{id}/undo` takes it back. */
  merge: string;
  customer: CustomerId;
}

export interface PinAsk {
  /** Takes the place of any other. It is never shown again. */
  pin: string;
}

export interface EraseQuery {
  /** Of the `Erasure` that was looked at: nobody else goes. */
  mark?: string | null;
}

/** What erasing somebody would take away, as of now. */
export interface Erasure {
  goes: Erased;
  /** Another one once they are made of other records, numbers or addresses. */
  mark: string;
  /** Calls with them that are under way or wrapped up: until they are over nobody can be erased. */
  talking: number;
  /** Callbacks and messages of theirs that wait for somebody: afterwards nobody can see to them. */
  waiting: number;
}

/** What erasing took away. */
export interface Erased {
  customer: string;
  /** They, and everybody merged into them. */
  members: string[];
  identifiers: number;
  /** Identifiers that stay, for they are somebody else's, too. */
  shared: number;
  interactions: number;
  messages: number;
  attachments: number;
  /** Things that could not be read and held one of the values. */
  kept: number;
  /** Recordings. */
  files: number;
  cases: number;
  /** Of these, those that are not closed: they are by that. */
  open_cases: number;
  promises: number;
  /** Of these, those that are neither kept nor withdrawn: they are withdrawn. */
  open_promises: number;
}

/** How a customer wants to be reached; takes the place of what stood there. */
export interface WishAsk {
  /** They would rather be reached by this. */
  channel?: "call" | "sms" | "mail" | "chat" | null;
  never?: ("call" | "sms" | "mail" | "chat")[];
  begins?: number;
  /** Before `begins`: over midnight. */
  ends?: number;
  /** What whoever speaks with them should know. */
  note?: string;
}

export interface TagAsk {
  tag: string;
}

/** What is null stays; what is empty is not known any more. */
export interface CustomerChange {
  language?: string | null;
  tier?: string | null;
}

export interface NewPromise {
  customer: CustomerId;
  what: string;
  due: Ms;
  case?: string | null;
  /** The call it was made in. */
  interaction?: InteractionId | null;
}

export interface PromiseEnd {
  /** False: withdrawn. Null: neither, after all; within an hour. */
  kept: boolean | null;
}

export interface Promises {
  promises: PromiseLine[];
}

export interface DuePromises {
  promises: DuePromise[];
}

export interface NewCase {
  customer: CustomerId;
  title: string;
  /** The call it came up in. */
  interaction?: InteractionId | null;
  priority?: number;
}

export interface IntoCase {
  case: string;
}

/** What is null stays. */
export interface CaseChange {
  title?: string | null;
  /** `waiting`: for the customer. */
  state?: "open" | "waiting" | null;
  /** Another priority gives another `due`, unless that is given, too. */
  priority?: number | null;
  due?: Ms | null;
  /** Open promises of the case go along. */
  owner?: AgentId | null;
}

export interface CloseQuery {
  solved?: boolean;
}

export interface CaseMergeAsk {
  other: string;
}

export interface CaseMoved {
  /** `POST /case-moves/{id}/undo` takes it back. */
  move: string;
  /** The case that stays. */
  case: string;
}

export interface CaseSplit {
  title: string;
  /** Contacts of the case that are about something else. */
  interactions: InteractionId[];
}

export interface CaseList {
  cases: CaseLine[];
}

export interface CaseSuggestions {
  cases: CaseSuggestion[];
}

export interface AsideQuery {
  /** Only those that this customer sent. */
  customer?: CustomerId | null;
  before?: string | null;
  limit?: number;
}

/** Mails that make no line of the timeline, newest first. */
export interface AsideMails {
  mails: Message[];
  next: string | null;
  /** How many there are in all; told with the first page only. */
  count: number | null;
}

export interface UnreadQuery {
  before?: string | null;
  limit?: number;
}

/** What could not be read, newest first. */
export interface UnreadList {
  unread: Kept[];
  next: string | null;
  /** How many there are in all. */
  count: number;
  again: ReadAgain;
}

/** One thing that could not be read. */
export interface Kept {
  id: number;
  source: string;
  place: string;
  reason: string;
  size: number;
  at: Ms;
}

/** How far it is with reading once more what could not be read, or what came of it last. */
export interface ReadAgain {
  running: boolean;
  /** None: nobody has asked for it since the bridge was started. */
  begun: Ms | null;
  ended: Ms | null;
  /** So many mails are tried. */
  of: number;
  /** These could be read. */
  read: number;
  /** These still can't. */
  kept: number;
  /** Why it could not be done, or not to its end. */
  failed: string;
}

/** Whom to call. */
export interface NewCall {
  /** In any form people write numbers in. */
  number: string;
  /** Also when they asked not to be called, or it is a time of quiet. It is in the audit log. */
  anyway?: boolean;
}

/** What came of it is told over `/live`. */
export interface NewCallMade {
  interaction: InteractionId;
}

/** Who left and has not been served since, newest first. */
export interface AbandonedList {
  callers: Abandoned[];
}

export interface Handled {
  /** False: not yet, after all. */
  done?: boolean;
}

/** Of a known incident, before the menu and in line, for so long. */
export interface TellCallers {
  /** One of the site's. */
  incident: IncidentId;
  minutes: number;
  /** Null: callers of the whole site. */
  queue?: QueueId | null;
  /** Recordings (`POST /incidents/sentences`) said in place of the incident's own words, by language; callers of the others hear those. */
  sentences?: Record<"cmn" | "yue" | "en", string>;
}

/** A sentence recorded for callers. */
export interface KeepSentence {
  /** A WAV file in base64: 16-bit PCM, mono, 8000 Hz, half a second to half a minute. */
  sound: string;
}

/** For `sentences` of `POST /incidents`, within a day. */
export interface KeptSentence {
  sentence: string;
}

/** A sentence is to be spoken into one's own telephone. */
export interface Dictate {
  /** Of the sentence, and of what the telephone says. */
  language: "cmn" | "yue" | "en";
}

/** How far such a sentence is. */
export interface Dictated {
  id: string;
  state: "called" | "speaks" | "kept" | "dropped" | "unanswered";
  /** Once it is kept: for `sentences` of `POST /incidents`, within a day. */
  sentence: string;
  /** How long it is. */
  ms: Ms;
}

/** What callers can be told of. */
export interface IncidentWays {
  incidents: IncidentWay[];
}

/** The incident is over. */
export interface TellNoMore {
  /** Null: what callers of the whole site are told. */
  queue?: QueueId | null;
}

/** Counts of calls, or of one half hour of them. */
export interface Figures {
  calls: number;
  answered: number;
  abandoned: number;
  /** Answered in the service level's seconds of their queue. */
  within: number;
  /** Of those answered or abandoned; None: nobody was. */
  service_level: number | null;
  /** Mean wait of those who were answered. */
  asa: Ms | null;
  /** Callers who were told a time, as far as it is known whether it was right. */
  told: number;
  /** Those who got an agent within it. */
  kept: number;
  /** Waits that were foreseen and came out. */
  foreseen: number;
  /** Those that ended within the range that eight of ten should. */
  in_range: number;
}

/** Half an hour of a queue, or of all of them. */
export interface HalfHour {
  at: Ms;
  figures: Figures;
  /** Agents with work or ready for it, on average; only of all queues together. */
  staff: number | null;
  /** The share of their time that was work. */
  occupancy: number | null;
}

/** A queue's day; half hours in which nobody called are left out. */
export interface QueueDay {
  queue: string;
  figures: Figures;
  half_hours: HalfHour[];
}

/** All of it. */
export interface DayReport {
  /** The local date. */
  day: string;
  zone: string;
  begins: Ms;
  /** Of the day, or of what there is of it so far. */
  ends: Ms;
  figures: Figures;
  half_hours: HalfHour[];
  queues: QueueDay[];
}

/** Why a caller waited so long: stretches that come to the wait. */
export interface Waits {
  interaction: InteractionId;
  stretches: Stretch[];
  /** What put them ahead of others: the customer's tier. */
  ahead: Why[];
}

/** A part of a wait, and why it was not yet over. `code` and its `args`: `nobody` at work can serve them (`skill` that nobody has as `needs` says; empty: each is had by some, all by nobody); `ring` (those at work may from `after_s` on: the same, too); `busy` (all `agents` who can serve them, who meanwhile took `others`); `rang` (`agent` was called; `how` it ended, as in `OfferEnded`, or `answered`); `kept` (for `agent`, `as` in `Queued`); `others` (came first although some were free); `closed` (`closing`); `elsewhere` (another site was called); `parked` (by `agent`); `exchange_away`. */
export interface Stretch {
  begins: Ms;
  ends: Ms;
  code: "nobody" | "ring" | "busy" | "rang" | "kept" | "others" | "closed" | "elsewhere" | "parked" | "exchange_away";
  queue: QueueId | null;
  agent: AgentId | null;
  args: Record<string, number | string>;
}

export interface DayQuery {
  /** A local date such as `2026-11-20`; empty: today. */
  day?: string;
}

/** What comes over `/api/v1/live`. */
export type FromServer<V> = Snapshot<V> | Change<V> | Beat | Refused;

/** What goes there. */
export type FromScreen = ScreenBeat | Again;
