import { expect, it } from "vitest";
import { cellsOf, fromReports, lossBetween } from "../../src/desk/stats";

const reports = new Map<string, object>([
  ["i", { id: "i", type: "inbound-rtp", kind: "audio", packetsReceived: 120, packetsLost: 3, audioLevel: 0.2, totalAudioEnergy: 1.5, jitter: 0.004, codecId: "c" }],
  ["o", { id: "o", type: "outbound-rtp", kind: "audio", packetsSent: 130 }],
  ["s", { id: "s", type: "media-source", kind: "audio", audioLevel: 0.1, totalAudioEnergy: 2 }],
  ["p", { id: "p", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.012 }],
  ["c", { id: "c", type: "codec", mimeType: "audio/opus" }],
]) as unknown as RTCStatsReport;

it("reads a call's sound out of WebRTC's reports", () => {
  expect(fromReports(reports)).toEqual({
    packetsSent: 130,
    packetsReceived: 120,
    packetsLost: 3,
    levelIn: 0.2,
    levelOut: 0.1,
    energyIn: 1.5,
    energyOut: 2,
    jitter: 4,
    roundTrip: 12,
    codec: "audio/opus",
  });
});

it("knows nothing of a call that has no reports yet", () => {
  const none = fromReports(new Map() as unknown as RTCStatsReport);
  expect(none).toMatchObject({ packetsReceived: 0, jitter: null, roundTrip: null, codec: "" });
});

it("counts loss between two readings, once enough packets came", () => {
  const before = fromReports(reports);
  expect(lossBetween(before, { ...before, packetsReceived: 130, packetsLost: 4 })).toBeNull();
  expect(lossBetween(before, { ...before, packetsReceived: 210, packetsLost: 13 })).toBeCloseTo(0.1);
});

it("lights cells by loudness as it is heard", () => {
  expect([cellsOf(0, 12), cellsOf(0.0005, 12), cellsOf(1, 12), cellsOf(2, 12)]).toEqual([0, 0, 12, 12]);
  expect(cellsOf(0.1, 12)).toBe(8);
});
