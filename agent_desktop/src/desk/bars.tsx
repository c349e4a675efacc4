/** Bars between the deck and the work: no connection, a call not answered, something that did not work. They push, never cover. */
import type { ComponentChildren, JSX } from "preact";
import * as f from "../shared/format";
import { Icon } from "../shared/icons";
import { now } from "../shared/clock";
import type { NoticeView } from "../shared/types";
import * as act from "./actions";
import { dial, unwanted } from "./dial";
import { Reminders, UndoBar } from "./reminders";
import { agentName, call, live, me, notices } from "./session";
import { a } from "./summary";
import { phone } from "./sip";
import { t } from "./text";
import { trouble, work } from "./work";

export function Bars(): JSX.Element {
  return (
    <div class="bars">
      {live.link.value.state === "lost" && <Offline />}
      {notices.value.map((notice) => (
        <Notice key={notice.id} notice={notice} />
      ))}
      <Reminders />
      <UndoBar />
      {me.value?.state === "not_ready" && me.value.reason === "desk_lost" && (
        <Bar is="warn" what={t().deskLost}>
          {act.canBeReady() && (
            <button class="btn is-small" onClick={act.ready}>
              {t().readyAgain}
            </button>
          )}
        </Bar>
      )}
      {me.value?.silent && phone.value.line === "taken" && <Bar is="warn" what={t().otherSilent} then={t().otherSilentThen} />}
      {unwanted.value && <Unwanted number={unwanted.value.number} why={unwanted.value.why} />}
      {trouble.value && (
        <Bar is="warn" what={t().failed} then={trouble.value.text || t().failedThen}>
          <button class="btn is-small" onClick={() => (trouble.value = null)}>
            {t().putAway}
          </button>
        </Bar>
      )}
    </div>
  );
}

export function Bar({ is, what, then, children }: { is: "bad" | "warn" | "done"; what: ComponentChildren; then?: ComponentChildren; children?: ComponentChildren }): JSX.Element {
  return (
    <div class={`notice is-${is}`} role="status">
      <Icon name={is === "done" ? "check" : "alert"} />
      <b class="b nw">{what}</b>
      <span class="grow cut">{then}</span>
      {children}
    </div>
  );
}

function Unwanted({ number, why }: { number: string; why: string }): JSX.Element {
  return (
    <Bar is="warn" what={a().unwanted[why] ?? why} then={number}>
      <button class="btn is-small" onClick={() => void dial(number, true)}>
        {a().callAnyway}
      </button>
      <button class="btn is-small" onClick={() => (unwanted.value = null)}>
        {t().putAway}
      </button>
    </Bar>
  );
}

function Offline(): JSX.Element | null {
  const link = live.link.value;
  if (link.state !== "lost") return null;
  // On our own clock: the server's is what we cannot ask now.
  const own = (): number => {
    void now.value;
    return Date.now();
  };
  const talking = call.value?.phase === "talking" || call.value?.phase === "held";
  const left = link.retryAt - own();
  return (
    <Bar
      is="bad"
      what={t().offline(f.seconds(own() - link.since))}
      then={
        <>
          {talking ? t().offlineCall : t().offlineIdle} {work.value?.note ? t().noteKept : ""}
        </>
      }
    >
      <span class="num">{left > 500 ? t().offlineNext(f.seconds(Math.ceil(left / 1000) * 1000)) : t().offlineNow}</span>
      <button class="btn is-small on-solid" onClick={live.tryNow}>
        {t().tryNow}
      </button>
    </Bar>
  );
}

function Notice({ notice }: { notice: NoticeView }): JSX.Element {
  const time = f.timeOfDay(notice.at);
  const [what, then] =
    notice.kind === "rona"
      ? [t().rona(time), t().ronaThen]
      : notice.kind === "unreachable"
        ? [t().unreachable(time), t().unreachableThen]
        : notice.kind === "silent"
          ? [t().silent(time), t().silentThen]
        : notice.kind === "call_lost"
          ? [t().callLost(time), t().callLostThen]
        : notice.kind === "phone_dead"
          ? [t().phoneDead(time), t().phoneDeadThen]
          : notice.kind === "transfer_failed"
            ? [notice.agent === null ? t().transferNobody(t().calledOut[notice.how] ?? "", time) : t().transferFailed(agentName(notice.agent), time), t().transferFailedThen]
            : notice.kind === "not_reached"
              ? [t().notReached(t().calledOut[notice.how] ?? notice.how, time), ""]
              : notice.kind === "consult_failed"
                ? [notice.how ? t().consultNobody(t().calledOut[notice.how] ?? notice.how, time) : t().consultFailed(notice.agent === null ? t().nobody : agentName(notice.agent), time), t().consultFailedThen]
                : notice.kind === "consult_caller_gone"
                  ? [t().consultCallerGone(time), t().consultCallerGoneThen]
                  : notice.kind === "parked_gone"
                    ? [t().parkedGone(time), t().parkedGoneThen]
                    : notice.kind === "recording_failed"
                      ? [t().recordingFailed(time), t().recordedFailedThen]
                  : [notice.kind, ""];
  const readyAgain = (): void => {
    if (!act.untilReady(notice)) act.putAway(notice.id);
    act.ready();
  };
  return (
    <Bar is="warn" what={what} then={then}>
      {me.value?.state === "not_ready" && act.canBeReady() && (
        <button class="btn is-small" onClick={readyAgain}>
          {t().readyAgain}
        </button>
      )}
      <button class="btn is-small" onClick={() => act.putAway(notice.id)}>
        {t().putAway}
      </button>
    </Bar>
  );
}
