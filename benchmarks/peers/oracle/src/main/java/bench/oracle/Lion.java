package bench.oracle;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Lion, which PyTorch has not (Chen et al. 2023, algorithm 2), in its tensors: c = b1 m + (1 - b1) g;
 * w = w - rate (sign(c) + decay w); m = b2 m + (1 - b2) g.
 */
final class Lion {

    static final double BETA1 = 0.9;
    static final double BETA2 = 0.99;

    private final Tensor weight;
    private final double rate;
    private final double decay;
    private Tensor mean;

    Lion(Tensor weight, double rate, double decay) {
        this.weight = weight.detach();
        this.rate = rate;
        this.decay = decay;
        this.mean = torch.zeros_like(this.weight);
    }

    void step(Tensor gradient) {
        Tensor sign = mix(gradient, BETA1).sign();
        weight.sub_(sign.add(weight.mul(new Scalar(decay))).mul(new Scalar(rate)));
        mean = mix(gradient, BETA2);
    }

    private Tensor mix(Tensor gradient, double beta) {
        return mean.mul(new Scalar(beta)).add(gradient.mul(new Scalar(1 - beta)));
    }
}
