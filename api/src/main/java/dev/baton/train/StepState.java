package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.graph.TensorType;
import dev.baton.io.Checkpoint;
import dev.baton.optim.PlateauSchedule;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a session's next step depends on, taken out and put back: the variables, which are parameters,
 * statistics and the optimizer's moments; how many steps there were, from which randomness and the learning rate
 * follow; and what schedules were told.
 */
final class StepState {

    private static final String STEPS = "steps";
    private static final String SEED = "seed";
    private static final String PRECISION = "precision";
    private static final String DEVICE = "device";
    private static final String PLATEAU = "plateau.";
    private static final int NAMES_SHOWN = 6;

    private StepState() {}

    static Checkpoint of(Session session, List<PlateauSchedule> schedules, long steps, Map<String, String> more) {
        var variables = new LinkedHashMap<String, NDArray>();
        session.variables().forEach(name -> variables.put(name, session.value(name)));
        var texts = new LinkedHashMap<>(more);
        for (String name : more.keySet()) {
            if (List.of(STEPS, SEED, PRECISION, DEVICE).contains(name) || name.startsWith(PLATEAU)) {
                throw new BatonException("a step has its own text '" + name + "' in a checkpoint");
            }
        }
        texts.put(STEPS, Long.toString(steps));
        texts.put(SEED, Long.toString(session.seed()));
        texts.put(PRECISION, session.precision().toString());
        texts.put(DEVICE, device(session));
        for (int i = 0; i < schedules.size(); i++) {
            texts.put(PLATEAU + i, schedules.get(i).state());
        }
        return new Checkpoint(variables, texts);
    }

    /**
     * Puts all of it back, or nothing.
     *
     * @return how many steps there were
     * @throws DataException if the checkpoint is of another model or of a run with another seed or precision
     */
    static long restore(Session session, List<PlateauSchedule> schedules, Checkpoint checkpoint) {
        requireSame(SEED, Long.toString(session.seed()), checkpoint);
        requireSame(PRECISION, session.precision().toString(), checkpoint);
        requireVariables(session, checkpoint.variables());
        long steps = steps(checkpoint);
        var states = new ArrayList<String>();
        for (int i = 0; i < schedules.size(); i++) {
            states.add(text(checkpoint, PLATEAU + i));
        }
        if (checkpoint.texts().containsKey(PLATEAU + schedules.size())) {
            throw new DataException("the run began with a schedule that follows a metric and cannot go on without it");
        }
        for (int i = 0; i < schedules.size(); i++) {
            schedules.get(i).restore(states.get(i));
        }
        checkpoint.variables().forEach(session::set);
        return steps;
    }

    /** What else than in the run that was saved is used now, in words; empty where bits will be the same. */
    static String difference(Session session, Checkpoint checkpoint) {
        String before = text(checkpoint, DEVICE);
        return before.equals(device(session))
                ? ""
                : "the run began on " + before + " and goes on on " + device(session)
                        + ": the last bits of its results will differ";
    }

    /** The number of threads changes no bit. */
    private static String device(Session session) {
        return session.device().replaceAll(", \\d+ threads?", "");
    }

    private static long steps(Checkpoint checkpoint) {
        String text = text(checkpoint, STEPS);
        if (!text.matches("[0-9]{1,18}")) {
            throw new DataException("the checkpoint says it was made after '" + text + "' steps, which is no number");
        }
        return Long.parseLong(text);
    }

    private static void requireSame(String what, String now, Checkpoint checkpoint) {
        String before = text(checkpoint, what);
        if (!before.equals(now)) {
            throw new DataException("the run began with " + what + " " + before + " and cannot go on with " + what + " "
                    + now + ": open the session with the same one");
        }
    }

    private static String text(Checkpoint checkpoint, String name) {
        String text = checkpoint.texts().get(name);
        if (text == null) {
            throw new DataException("the checkpoint lacks '" + name + "'; it has "
                    + checkpoint.texts().keySet());
        }
        return text;
    }

    private static void requireVariables(Session session, Map<String, NDArray> saved) {
        var wrong = new ArrayList<String>();
        for (String name : session.variables()) {
            NDArray array = saved.get(name);
            String wanted = session.type(name).toString();
            if (array == null) {
                wrong.add("'" + name + "' " + wanted + " is not in the checkpoint");
            } else if (!type(array).equals(wanted)) {
                wrong.add("'" + name + "' is " + type(array) + " in the checkpoint and " + wanted + " here");
            }
        }
        var known = new HashSet<>(session.variables());
        for (String name : saved.keySet()) {
            if (!known.contains(name)) {
                wrong.add("'" + name + "' " + type(saved.get(name)) + " is in the checkpoint alone");
            }
        }
        if (!wrong.isEmpty()) {
            int more = wrong.size() - NAMES_SHOWN;
            throw new DataException("the checkpoint is of another model, or another optimizer: "
                    + String.join("; ", wrong.subList(0, Math.min(NAMES_SHOWN, wrong.size())))
                    + (more > 0 ? "; and " + more + " more" : ""));
        }
    }

    private static String type(NDArray array) {
        return new TensorType(array.dtype(), array.shape()).toString();
    }
}
