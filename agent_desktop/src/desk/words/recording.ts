/** Words of the recording of a call's talks. */
export const recordingEn = {
  recordedOn: "Recording",
  recordedPaused: "Recording paused",
  recordedFailed: "Not recorded",
  recordedFailedThen: "This call should be recorded, and nothing is kept. Tell your supervisor.",
  recordPause: "Pause recording",
  recordPauseThen: "Silence is kept in place of what is said: for card numbers and the like.",
  recordResume: "Record again",
  recordingFailed: (time: string) => `The call at ${time} was not recorded`,
};

type RecordingWords = typeof recordingEn;

export const recordingZhHans: RecordingWords = {
  recordedOn: "正在录音",
  recordedPaused: "录音已暂停",
  recordedFailed: "没有录音",
  recordedFailedThen: "本次通话应当录音，但没有录下任何内容。请告诉主管。",
  recordPause: "暂停录音",
  recordPauseThen: "暂停期间只保留静音，适用于卡号等内容。",
  recordResume: "继续录音",
  recordingFailed: (time) => `${time} 的通话没有录音`,
};

export const recordingZhHant: RecordingWords = {
  recordedOn: "正在錄音",
  recordedPaused: "錄音已暫停",
  recordedFailed: "沒有錄音",
  recordedFailedThen: "本次通話應當錄音，但沒有錄下任何內容。請告訴主管。",
  recordPause: "暫停錄音",
  recordPauseThen: "暫停期間只保留靜音，適用於卡號等內容。",
  recordResume: "繼續錄音",
  recordingFailed: (time) => `${time} 的通話沒有錄音`,
};
