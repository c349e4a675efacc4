/** The sound check's page: three devices in one column, the proof beside it, one way on below. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { serverNow } from "../shared/clock";
import * as f from "../shared/format";
import { Icon, type IconName } from "../shared/icons";
import { keep, kept } from "../shared/keep";
import { Kbd } from "../shared/parts";
import * as act from "./actions";
import * as check from "./check";
import { Gate } from "./gate";
import { me, phoneNowhere, setChecked, type Checked } from "./session";
import { phone } from "./sip";
import * as sound from "./sound";
import { cellsOf } from "./stats";
import { t } from "./text";

const LAST_DEVICE = "hotline.mic.name";

export function CheckPage(): JSX.Element {
  useEffect(() => check.run(), []);
  const mine = me.value;
  const failed = check.trouble.value;
  const heard = check.passed.value;

  const leave = (by: Checked["by"]): void => {
    const name = sound.devices.value.inputs.find((one) => one.id === sound.mic.value.stream?.getAudioTracks()[0]?.getSettings().deviceId)?.name;
    if (name) keep(LAST_DEVICE, name);
    setChecked({ at: serverNow(), by, delay: check.proof.value?.delay ?? null });
    if (by !== "none") act.ready();
  };
  useEffect(() => {
    const enter = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || event.isComposing || !check.passed.value) return;
      if ((event.target as Element).closest("button, select, a")) return;
      leave("browser");
    };
    addEventListener("keydown", enter);
    return () => removeEventListener("keydown", enter);
  }, []);

  const [title, lead] = failed ? [t().deafTitle, t().deafLead] : heard ? [t().heardTitle, t().heardLead] : [t().checkTitle, t().checkLead];
  return (
    <Gate>
      <section class="sheet is-check" aria-labelledby="check-title">
        <div class="top">
          <div class="grow">
            <h1 id="check-title">{title}</h1>
            <p>{lead}</p>
          </div>
          <span class="small t2 nw">
            <b class="b t1">{mine?.name}</b> <span class="num">{t().number(mine?.work_number ?? "")}</span>
          </span>
        </div>
        <div class="split">
          <div class="devs">
            <MicRow />
            <Heard role="headset" icon="head" name={t().headset} what={t().headsetFor} test={check.tone} play={check.playTone} button={t().testTone} said={t().heardTone} />
            <Heard role="bell" icon="bell" name={t().ringOn} what={t().ringOnFor} test={check.ring} play={check.playRing} button={t().testRing} said={t().heardRing} />
          </div>
          <div class="proof" aria-live="polite">
            {phone.value.line === "taken" ? <Elsewhere /> : failed ? <Failed trouble={failed} /> : <Proof />}
          </div>
        </div>
        <div class="end-row">
          {mine?.phones.some((one) => one.phone.endsWith("-desk")) && (
            <button class="link small" onClick={() => leave("desk-phone")}>
              {t().deskPhone}
            </button>
          )}
          <span class="grow" />
          <button id="without-calls" class="btn is-quiet is-tall" onClick={() => leave("none")}>
            {t().withoutCalls}
          </button>
          <button id="check-ready" class={heard ? "btn is-tall is-ready" : "btn is-tall"} disabled={!heard} onClick={() => leave("browser")}>
            {heard && <Icon name="check" />}
            {t().checkReady} <Kbd>Enter</Kbd>
          </button>
        </div>
      </section>
    </Gate>
  );
}

function Sign({ is, icon }: { is: "good" | "bad" | "open"; icon: IconName }): JSX.Element {
  return (
    <span class={`ok is-${is}`}>
      <Icon name={is === "good" ? "check" : is === "bad" ? "x" : icon} />
    </span>
  );
}

function Picker({ role, name }: { role: sound.Role; name: string }): JSX.Element {
  const list = role === "mic" ? sound.devices.value.inputs : sound.devices.value.outputs;
  const shut = role === "mic" && check.trouble.value !== null && sound.mic.value.state !== "open";
  const using = sound.mic.value.stream?.getAudioTracks()[0]?.label;
  return (
    <span class="in picker">
      <select aria-label={name} disabled={shut} value={shut ? "" : sound.chosen.value[role]} onChange={(event) => sound.choose(role, event.currentTarget.value)}>
        <option value="">{shut ? f.NOTHING : role === "mic" && using ? t().systemDeviceNow(using) : t().systemDevice}</option>
        {!shut && list.map((one) => <option value={one.id}>{one.name || one.id}</option>)}
      </select>
      <Icon name="down" />
    </span>
  );
}

// --- the microphone

const CELLS = 40;
const HOT = 35;

function MicRow(): JSX.Element {
  const { state } = sound.mic.value;
  const hears = check.you.value.voiced >= 300;
  const bad = state === "blocked" || state === "none" || state === "busy" || state === "insecure";
  const words = { blocked: t().blocked, none: t().noneFound, busy: t().inUse, insecure: t().notOffered };
  const result = bad ? words[state] : state === "asking" ? t().asking : hears ? t().hearsYou : t().listening;
  return (
    <div class="dev">
      <Sign is={bad ? "bad" : hears ? "good" : "open"} icon="mic" />
      <div class="hd">
        <b>{t().microphone}</b>
      </div>
      <span class={`res ${bad ? "late b" : hears ? "solved" : "t3"}`}>{result}</span>
      <div class="pickd">
        <Picker role="mic" name={t().microphone} />
      </div>
      <Meter dead={state !== "open"} />
    </div>
  );
}

function Meter({ dead }: { dead: boolean }): JSX.Element {
  const on = dead ? 0 : cellsOf(check.level.value, CELLS);
  const top = dead ? -1 : cellsOf(check.peak.value, CELLS) - 1;
  const heard = check.you.value.voiced > 0;
  const judged = dead || !heard ? f.NOTHING : top >= CELLS - 1 ? t().levelLoud : top < 12 ? t().levelQuiet : t().levelGood;
  return (
    <div class="meter" role="meter" aria-label={t().meter} aria-valuemin={0} aria-valuemax={CELLS} aria-valuenow={on}>
      <div class="cells" aria-hidden="true">
        {Array.from({ length: CELLS }, (_, index) => (
          <i class={index < on ? "on" : index === top && top > on ? "pk" : index >= HOT ? "hi" : ""} />
        ))}
      </div>
      <p>
        <span>{dead ? t().noSound : t().speakAsUsual}</span>
        <span>{judged}</span>
      </p>
    </div>
  );
}

// --- headset and bell

function Heard(props: {
  role: "headset" | "bell";
  icon: IconName;
  name: string;
  what: string;
  test: typeof check.tone;
  play: () => void;
  button: string;
  said: string;
}): JSX.Element {
  const { role, test } = props;
  const state = test.value;
  return (
    <div class="dev">
      <Sign is={state === "heard" ? "good" : "open"} icon={props.icon} />
      <div class="hd">
        <b>{props.name}</b>
        <span class="small t3 cut">{props.what}</span>
      </div>
      <span class="res">
        {state === "heard" ? (
          <span class="solved">{props.said}</span>
        ) : state === "played" ? (
          <button id={`heard-${role}`} class="btn is-small" onClick={() => (test.value = "heard")}>
            {t().iHeardIt}
          </button>
        ) : (
          <span class="t3">{t().notTested}</span>
        )}
      </span>
      <div class="pickd">
        <Picker role={role} name={props.name} />
        <button id={`test-${role}`} class="btn" onClick={props.play}>
          <Icon name="play" small />
          {props.button}
        </button>
      </div>
    </div>
  );
}

// --- the proof

function Wave({ word, of }: { word: string; of: typeof check.you }): JSX.Element {
  const { wave, voiced } = of.value;
  const path = wave
    .map((loud, index) => {
      const half = Math.max(1.2, cellsOf(loud, 15));
      const x = (2 + index * 3.37).toFixed(1);
      return `M${x} ${(18 - half).toFixed(1)}v${(half * 2).toFixed(1)}`;
    })
    .join("");
  return (
    <div class={voiced > 0 ? "wave is-on" : "wave"}>
      <span>{word}</span>
      <svg viewBox="0 0 206 36" preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      <span class="num">{voiced > 0 ? t().secondsOf((voiced / 1000).toFixed(1)) : f.NOTHING}</span>
    </div>
  );
}

function Proof(): JSX.Element {
  const found = check.proof.value;
  const mine = me.value;
  const line = t().sayLine(f.hourOfDay(serverNow()), mine?.nickname || mine?.name.split(" ")[0] || "", mine?.work_number ?? "");
  const at = useSignal(0);
  if (found && at.peek() === 0) at.value = serverNow();
  return (
    <>
      <h2>{found ? t().youAreHeard : t().areYouHeard}</h2>
      {!found && <p class="t2">{t().sayThis}</p>}
      <p class="say">{line}</p>
      <Wave word={t().you} of={check.you} />
      <Wave word={t().cameBack} of={check.back} />
      {found && (
        <div class="heard">
          <Icon name="check" />
          <span>
            <b>{found.delay === null ? t().bothWaysPlain : t().bothWays(String(Math.round(found.delay)))}</b>
            {t().loss(f.count(found.lost), f.count(found.received + found.lost))}
          </span>
        </div>
      )}
      <p class="small t3 last">
        {found ? t().checkedAt(`${f.date(at.value, at.value)}${f.joiner()}${f.timeOfDay(at.value)}`) : phone.value.line === "up" ? t().nothingStored : t().connectingExchange}
      </p>
    </>
  );
}

/** Without the phone there is no echo to speak to; it is taken here only when asked for. */
function Elsewhere(): JSX.Element {
  return (
    <>
      <h2>{phoneNowhere.value ? t().phoneNowhere : t().phoneTaken}</h2>
      <p class="t2">{phoneNowhere.value ? t().phoneNowhereThen : t().phoneTakenThen}</p>
      <button id="phone-here" class="btn" onClick={() => void act.takePhone()}>
        {t().phoneHere}
      </button>
    </>
  );
}

const FAIL_ICON: Record<check.Trouble, IconName> = { blocked: "mic", none: "head", busy: "mic", insecure: "lock", exchange: "phone", echo: "say" };

function Failed({ trouble }: { trouble: check.Trouble }): JSX.Element {
  const words = t().fail[trouble];
  const last = words.steps.length - 1;
  const device = trouble === "none" ? kept(LAST_DEVICE) : null;
  return (
    <>
      <div class="fail" role="alert">
        <Icon name={FAIL_ICON[trouble]} />
        <span>
          <b>{words.what}</b>
          {words.why}
        </span>
      </div>
      <ol class="todo">
        {words.steps.map((step, index) => (
          <li key={step}>
            <span>
              {step}
              {trouble === "insecure" && index === 0 && <code>{`https://${location.host}`}</code>}
              {index === last && <small>{words.last}</small>}
            </span>
          </li>
        ))}
      </ol>
      {(words.else || device) && <p class="small t3 last">{device ? t().lastTime(device) : words.else}</p>}
    </>
  );
}
