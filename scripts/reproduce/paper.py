"""What the paper reports: "JCS: An Explainable COVID-19 Diagnosis System by Joint Classification and Segmentation",
IEEE TIP 2021. Shares are given in percent."""

# Table II: seconds for a case of 300 slices on one RTX 2080 Ti, and a radiologist's.
CASE_SLICES = 300
CASE_SECONDS = {"classify": 1.0, "segment": 21.0, "radiologist": 21.5 * 60}

# Table IV: threshold (a patient with more positive slices is positive): sensitivity, specificity.
PATIENT_SWEEP = {15: (96.0, 91.5), 20: (95.0, 92.0), 25: (95.0, 93.0), 30: (94.5, 93.5)}

# Tables V to VII: Dice, IoU, E-measure.
WITHOUT_EFM_AND_AFF = (71.0, 57.7, 88.0)
EFM_ALONE = (74.3, 61.4, 88.9)
AFF_ALONE = (75.9, 63.4, 90.9)
SEGMENTER = (77.5, 65.4, 92.0)
WITH_CLASSIFIER = (78.5, 66.4, 92.7)
UNET = (65.1, 54.1, 79.7)
DSS = (65.7, 51.7, 79.9)
EGNET = (69.3, 55.4, 83.6)
POOLNET = (69.7, 55.9, 83.9)

# Section 4 and Fig. 7: the reconstructions' slice thickness, mm.
SLICE_THICKNESS = (0.75, 1.25)
# Fig. 8: least and most of lesions in a slice, width and height of opacities in pixels of 512 x 512.
LESIONS = (1, 10)
WIDTH = (7, 191)
HEIGHT = (8, 271)

# Fig. 11: share of the slices by Dice.
DICE_BANDS = (("0.6 to 1", 0.6, 1.0, 95.9), ("0.1 to 0.6", 0.1, 0.6, 3.3), ("below 0.1", 0.0, 0.1, 0.8))

PRIVATE_DATA = (
    "The paper's figures come from COVID-CS (400 patients with COVID-19, 350 without, 3855 annotated slices), which is "
    "not shared as pictures, and from its full training. Figures on other data, or after less training, are another "
    "thing: what can be compared is the order of the variants, not the numbers."
)
