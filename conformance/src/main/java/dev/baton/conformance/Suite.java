package dev.baton.conformance;

import java.util.ArrayList;
import java.util.List;

/** All cases. */
public final class Suite {

    private Suite() {}

    /** All cases, group after group; the names of a group differ. */
    public static List<Case> cases() {
        var cases = new ArrayList<Case>();
        cases.addAll(LeafCases.cases());
        cases.addAll(MovementCases.cases());
        cases.addAll(StructureCases.cases());
        cases.addAll(UnaryCases.cases());
        cases.addAll(BinaryCases.cases());
        cases.addAll(ReductionCases.cases());
        cases.addAll(MatmulCases.cases());
        cases.addAll(CompositeCases.cases());
        cases.addAll(PictureCases.cases());
        cases.addAll(WinogradCases.cases());
        cases.addAll(ActivationCases.cases());
        cases.addAll(NormalizationCases.cases());
        cases.addAll(AttentionCases.cases());
        cases.addAll(RecurrentCases.cases());
        cases.addAll(Int8Cases.cases());
        cases.addAll(UpdateCases.cases());
        cases.addAll(ViewCases.of(cases));
        cases.addAll(FusionCases.cases());
        cases.addAll(EpilogueCases.cases());
        cases.addAll(PartCases.cases());
        cases.addAll(VariableCases.cases());
        cases.addAll(TrainingCases.cases());
        cases.addAll(RandomGraphCases.cases());
        return cases;
    }
}
