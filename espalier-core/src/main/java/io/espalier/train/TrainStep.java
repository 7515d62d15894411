package io.espalier.train;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.TorchNet;
import java.util.Map;

/**
 * One step as a hook sees it. The tensors live until the end of the step.
 *
 * @param epoch epochs that were complete before
 * @param step steps of the whole run that were complete before
 * @param learningRate rate of this step
 * @param images images of this batch
 * @param labels the class of each, -1 where it has none; valid until the end of the step
 * @param net the network; its parameters hold gradients between the backward pass and the update
 * @param outputs what the network gave, by name
 * @param loss the loss without the hook's extra term, a scalar
 */
public record TrainStep(
    int epoch,
    long step,
    double learningRate,
    int images,
    long[] labels,
    TorchNet net,
    Map<String, DeviceTensor> outputs,
    DeviceTensor loss) {}
