// The microphone: which one, how loud, and what to do when it is unplugged.

export interface MicrophoneChoice {
  device: string;
  cleaned: boolean;
}

export class Microphone {
  stream: MediaStream | null = null;

  /** `replaced` is told of a new track, so that a call that is up goes on with it. */
  constructor(
    private choice: MicrophoneChoice,
    private readonly replaced: (track: MediaStreamTrack) => void,
    private readonly changed: () => void,
  ) {
    navigator.mediaDevices?.addEventListener("devicechange", () => this.changed());
  }

  async open(): Promise<MediaStream> {
    if (this.stream !== null && this.track?.readyState === "live") return this.stream;
    return this.take();
  }

  async choose(choice: MicrophoneChoice): Promise<void> {
    this.choice = choice;
    await this.take();
  }

  async devices(): Promise<MediaDeviceInfo[]> {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((device) => device.kind === "audioinput" && device.deviceId !== "");
  }

  get track(): MediaStreamTrack | undefined {
    return this.stream?.getAudioTracks()[0];
  }

  close(): void {
    this.track?.stop();
    this.stream = null;
  }

  private async take(): Promise<MediaStream> {
    if (!navigator.mediaDevices) {
      throw new Error("this page has no microphone: open it with https, or on this very machine");
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted(this.choice) });
    const before = this.stream;
    this.stream = stream;
    const track = this.track;
    if (track !== undefined) {
      track.addEventListener("ended", () => void this.unplugged(track));
      if (before !== null) this.replaced(track);
    }
    before?.getTracks().forEach((old) => old.stop());
    this.changed();
    return stream;
  }

  private async unplugged(track: MediaStreamTrack): Promise<void> {
    if (track !== this.track) return;
    this.choice = { ...this.choice, device: "" };
    try {
      await this.take();
    } catch {
      this.changed();
    }
  }
}

function wanted({ device, cleaned }: MicrophoneChoice): MediaTrackConstraints {
  return {
    echoCancellation: cleaned,
    noiseSuppression: cleaned,
    autoGainControl: cleaned,
    // A device that is gone must not keep the agent from talking: ideal, not exact.
    ...(device === "" ? {} : { deviceId: { ideal: device } }),
  };
}

/** How loud a stream is, 0 to 1; a level meter, not a measurement. */
export class LevelMeter {
  private static context: AudioContext | null = null;
  private analyser: AnalyserNode | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private samples = new Float32Array(0);

  listen(stream: MediaStream | null): void {
    this.source?.disconnect();
    this.source = null;
    this.analyser = null;
    if (stream === null || stream.getAudioTracks().length === 0) return;
    LevelMeter.context ??= new AudioContext();
    this.analyser = LevelMeter.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source = LevelMeter.context.createMediaStreamSource(stream);
    this.source.connect(this.analyser);
  }

  level(): number {
    if (this.analyser === null) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const decibels = 10 * Math.log10(sum / this.samples.length + 1e-10);
    return Math.min(1, Math.max(0, (decibels + 60) / 60));
  }

  /** Browsers let sound begin only after a click. */
  static wake(): void {
    void LevelMeter.context?.resume();
  }
}
