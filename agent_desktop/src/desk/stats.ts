/** Figures about a call's sound, out of WebRTC's own statistics. Pure. */

export interface SoundStats {
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  /** 0..1 of full scale, as the browser last measured it: what we hear, and what our microphone gives. */
  levelIn: number;
  levelOut: number;
  /** Sum of energy heard so far; grows only while something is audible. */
  energyIn: number;
  energyOut: number;
  /** ms; null: not known yet. */
  jitter: number | null;
  roundTrip: number | null;
  codec: string;
}

type Row = Record<string, unknown> & { id: string; type: string };

/** From `RTCPeerConnection.getStats()`. */
export function fromReports(reports: RTCStatsReport): SoundStats {
  const rows: Row[] = [];
  reports.forEach((row: Row) => rows.push(row));
  const audio = (type: string): Row | undefined => rows.find((row) => row.type === type && (row["kind"] ?? "audio") === "audio");
  const [inbound, outbound, source] = [audio("inbound-rtp"), audio("outbound-rtp"), audio("media-source")];
  const pair = rows.find((row) => row.type === "candidate-pair" && row["nominated"] === true && row["state"] === "succeeded");
  const codec = rows.find((row) => row.type === "codec" && row.id === inbound?.["codecId"]);
  const n = (row: Row | undefined, name: string): number => (typeof row?.[name] === "number" ? row[name] : 0);
  const ms = (row: Row | undefined, name: string): number | null => (typeof row?.[name] === "number" ? row[name] * 1000 : null);
  return {
    packetsSent: n(outbound, "packetsSent"),
    packetsReceived: n(inbound, "packetsReceived"),
    packetsLost: n(inbound, "packetsLost"),
    levelIn: n(inbound, "audioLevel"),
    levelOut: n(source, "audioLevel"),
    energyIn: n(inbound, "totalAudioEnergy"),
    energyOut: n(source, "totalAudioEnergy"),
    jitter: ms(inbound, "jitter"),
    roundTrip: ms(pair, "currentRoundTripTime"),
    codec: typeof codec?.["mimeType"] === "string" ? codec["mimeType"] : "",
  };
}

/** How many of `cells` light up for a level of 0..1: by loudness as heard, -60 dB is none, 0 dB all. */
export function cellsOf(level: number, cells: number): number {
  if (level <= 0.001) return 0;
  return Math.min(cells, Math.round(((20 * Math.log10(level) + 60) / 60) * cells));
}

/** Share of packets lost between two readings, 0..1; null while too few came to say. */
export function lossBetween(before: SoundStats, after: SoundStats): number | null {
  const got = after.packetsReceived - before.packetsReceived;
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  return got + lost >= 50 ? lost / (got + lost) : null;
}
