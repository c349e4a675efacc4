/** While a colleague is asked about the caller: what each of the two agents sees in the deck, and what the one who asks can do. */
import type { JSX } from "preact";
import { Kbd, Running } from "../shared/parts";
import type { CallView, ConsultView } from "../shared/types";
import * as act from "./actions";
import { agentName, me } from "./session";
import { queueName, t } from "./text";

/** Whether this desk's agent is the one who asks. */
export const asks = (at: CallView | null): at is CallView & { consult: ConsultView } => at?.consult != null && at.consult.asker === me.value?.agent;

const who = (at: ConsultView): string => (at.outside ? t().somebodyOutside : at.colleague === null ? queueName(at.queue) : agentName(at.colleague));

/** How far it is, in words. */
function step(at: ConsultView): string {
  switch (at.step) {
    case "asking":
      return at.outside ? t().callsOutside : at.colleague === null ? t().consultWaits(queueName(at.queue)) : (at.rings ? t().consultRings : t().consultCalls)(who(at));
    case "speaking":
      return t().consultSpeaks(who(at));
    case "conference":
      return t().conference(who(at));
    default:
      return t().consultAlone;
  }
}

const isConference = (at: ConsultView): boolean => at.step === "conference";

/** What F9 does now: the same key, so that the line has room for who is asked. */
export const backWord = (at: ConsultView): string => (isConference(at) ? t().letGo : t().backToCaller);

export function Asking({ consult }: { consult: ConsultView }): JSX.Element {
  const met = isConference(consult) || consult.step === "speaking";
  return (
    <>
      <div class="grow" id="consult">
        <h2 class="clamp">{step(consult)}</h2>
        {consult.aside !== null && (
          <p class="cut">
            {t().hearsMusic} <Running since={consult.aside} />
          </p>
        )}
      </div>
      <div class="acts">
        {consult.step === "speaking" && !consult.by_phone && (
          <button id="consult-join" class="btn" onClick={act.allThree}>
            {t().allThree} <Kbd>Alt J</Kbd>
          </button>
        )}
        {(met || consult.step === "asking") && (
          <button id="consult-complete" class="btn" onClick={act.handOver}>
            {t().handOver} <Kbd>Alt T</Kbd>
          </button>
        )}
      </div>
    </>
  );
}

/** For the colleague: who asks, and whether the caller hears them. */
export function whoAsks(consult: ConsultView): string {
  const name = agentName(consult.asker);
  return isConference(consult) ? t().conference(name) : t().askedBy(name);
}
