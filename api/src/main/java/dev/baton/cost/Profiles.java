package dev.baton.cost;

import dev.baton.BatonException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Devices by name. Rates are dense: those with sparsity, which data sheets print larger, need other weights. */
final class Profiles {

    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;

    private static final Map<String, Hardware> ALL = new LinkedHashMap<>();

    static {
        // SXM2, 32 GB. NVIDIA announced 15 and 120 TFLOPS at 1455 MHz, 900 GB/s and 300 W ("Inside Volta", 2017);
        // 15.7 and 125 are 5,120 cores and 640 tensor cores of 64 multiply-adds at the 1530 MHz that it was sold with.
        // It has no TF32 and no bfloat16: HALF is float16. NVLink 2: 150 GB/s in each direction.
        add("V100", rates(15.7, 0, 125), 900, 32, 300, 150);
        // SXM, 80 GB. NVIDIA A100 Tensor Core GPU data sheet, as others quote it: 19.5, 156 and 312 TFLOPS,
        // 2,039 GB/s, 400 W, NVLink 600 GB/s in both directions together.
        add("A100", rates(19.5, 156, 312), 2039, 80, 400, 300);
        // SXM. NVIDIA H100 Tensor Core GPU data sheet, as others quote it: 66.9, 494.7 and 989.4 TFLOPS, 3.35 TB/s,
        // 700 W, NVLink 900 GB/s in both directions together.
        add("H100", rates(66.9, 494.7, 989.4), 3350, 80, 700, 450);
        // SXM. NVIDIA H200 Tensor Core GPU data sheet, as others quote it: the H100's rates, 141 GB at 4.8 TB/s.
        add("H200", rates(66.9, 494.7, 989.4), 4800, 141, 700, 450);
        // HGX at 1,000 W. NVIDIA Blackwell Architecture Technical Brief, as others quote it: 80, 1,100 and 2,250
        // TFLOPS, 8 TB/s, 192 GB (180 to 186 of which a system shows), NVLink 1.8 TB/s in both directions together.
        add("B200", rates(80, 1100, 2250), 8000, 180, 1000, 900);
        // Cloud TPU documentation, "TPU v4": 275 TFLOPS of bfloat16, 32 GiB at 1,200 GB/s, measured at 192 W at
        // most. Products of float32 are made of several of bfloat16: no rate is published. Links: 6 of 50 GB/s each
        // (Jouppi et al. 2023, "TPU v4: An Optically Reconfigurable Supercomputer"), of which a ring uses two.
        add("TPU v4", rates(0, 0, 275), 1200, 34.4, 192, 100);
        // Cloud TPU documentation, "TPU v5p": 459 TFLOPS of bfloat16, 95 GB at 2,765 GB/s, links of 4,800 Gbit/s
        // together, of which a ring uses a third. The power is not published; 350 W is a guess.
        add("TPU v5p", rates(0, 0, 459), 2765, 95, 350, 200);
        // A MacBook Air of 2020. Apple, "Apple unleashes M1": 2.6 TFLOPS, 16 GB, 10 W; its bandwidth from "Apple
        // unveils M2": that has 100 GB/s, 50 % more. Links: Ethernet of 1 Gbit/s.
        add("laptop", rates(2.6, 0, 0), 66, 16, 10, 0.125);
        // An iPhone 13 (A15, GPU with four cores), by cpu-monkey.com and askgeek.io, which no publication of Apple
        // confirms: 512 units at 1.338 GHz, 34.1 GB/s; 6 W and 10 W are both given; 4 GB. Links: Wi-Fi
        // of 0.5 Gbit/s.
        add("phone", rates(1.37, 0, 0), 34.1, 4, 8, 0.0625);
    }

    private Profiles() {}

    private static Map<Arithmetic, Double> rates(double float32, double tf32, double half) {
        var rates = new LinkedHashMap<Arithmetic, Double>();
        put(rates, Arithmetic.FLOAT32, float32);
        put(rates, Arithmetic.TF32, tf32);
        put(rates, Arithmetic.HALF, half);
        return rates;
    }

    private static void put(Map<Arithmetic, Double> rates, Arithmetic arithmetic, double teraflops) {
        if (teraflops > 0) {
            rates.put(arithmetic, teraflops * TERA);
        }
    }

    private static void add(
            String name, Map<Arithmetic, Double> rates, double bandwidth, double memory, double watts, double link) {
        Arithmetic usual = rates.containsKey(Arithmetic.FLOAT32) ? Arithmetic.FLOAT32 : Arithmetic.HALF;
        ALL.put(
                key(name),
                new Hardware(name, rates, usual, bandwidth * GIGA, memory * GIGA, watts, 1, link * GIGA, null));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
    }

    static Hardware named(String name) {
        Hardware found = ALL.get(key(name));
        if (found == null) {
            throw new BatonException("there is no hardware named '" + name + "'; there are "
                    + String.join(
                            ", ", ALL.values().stream().map(Hardware::name).toList()));
        }
        return found;
    }
}
