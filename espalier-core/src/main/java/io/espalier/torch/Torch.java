package io.espalier.torch;

import io.espalier.graph.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The native library: start-up, threads, random numbers. */
public final class Torch {
  private static volatile boolean started;
  private static UnsupportedPlatformException failure;

  private Torch() {}

  /**
   * Loads the native library; calls after the first do nothing. Every class of this package calls
   * it by itself.
   *
   * @throws UnsupportedPlatformException if there is no build for this machine, or it does not load
   */
  public static void start() {
    if (!started) {
      startOnce();
    }
  }

  private static synchronized void startOnce() {
    if (failure != null) {
      throw failure;
    }
    if (started) {
      return;
    }
    try {
      load(Loader.getPlatform());
      started = true;
    } catch (UnsupportedPlatformException unsupported) {
      failure = unsupported;
      throw unsupported;
    } catch (IOException | LinkageError error) {
      failure =
          new UnsupportedPlatformException(
              "libtorch does not load on %s: %s"
                  .formatted(Loader.getPlatform(), TorchException.firstLine(error)),
              error);
      throw failure;
    }
  }

  /**
   * All files are unpacked before the first one is linked: with part of them missing, the linker
   * falls back to a libtorch of the operating system, and two versions in one process crash.
   */
  private static void load(String platform) throws IOException {
    requireBuild(platform);
    Loader.cacheResources("/org/bytedeco/openblas/" + platform + "/");
    Loader.cacheResources("/org/bytedeco/pytorch/" + platform + "/");
    // OpenBLAS spins while it waits for its own threads, which costs 10 to 100 times the work.
    openblas_nolapack.blas_set_num_threads(1);
    Loader.load(torch.class);
  }

  static void requireBuild(String platform) {
    if (Torch.class.getResource("/org/bytedeco/pytorch/" + platform + "/") == null) {
      throw new UnsupportedPlatformException(
          "libtorch has no build for %s on the class path: training, evaluation and proofs need one; "
                  .formatted(platform)
              + "reading, analysing, cutting and measuring networks work without");
    }
  }

  /** Sets the number of threads one operator may use. */
  public static void threads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be 1 or more, but got " + count);
    }
    start();
    torch.set_num_threads(count);
  }

  /** The number of threads one operator may use. */
  public static int threads() {
    start();
    return torch.get_num_threads();
  }

  /** Seeds the random numbers of dropout and of random tensors. */
  public static void seed(long seed) {
    start();
    torch.manual_seed(seed);
  }

  /** The state of the random numbers, to be given back to {@link #randomState(byte[])}. */
  public static byte[] randomState() {
    start();
    try (Scope scope = Scope.open();
        Generator generator = torch.getDefaultCPUGenerator();
        Tensor state = generator.get_state()) {
      return Storage.read(state);
    }
  }

  /** Continues the random numbers from {@code state}. */
  public static void randomState(byte[] state) {
    start();
    try (Scope scope = Scope.open();
        Generator generator = torch.getDefaultCPUGenerator()) {
      Tensor bytes = Storage.write(Storage.empty(DataType.UINT8, state.length), state);
      TorchException.call(
          () -> {
            generator.set_state(bytes);
            return null;
          });
    }
  }

  /** Version of the native library and of its binding, such as {@code 2.10.0-1.5.13}. */
  public static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /**
   * The number of native tensors that are held and not yet freed. Counted only where the system
   * property {@code espalier.trackTensors} is true, which keeps a reference to each: for debugging.
   */
  public static int openTensors() {
    return OpenTensors.count();
  }
}
