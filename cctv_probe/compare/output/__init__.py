"""What a comparison looks like: on the screen, as tables, as a page to print, as the official form, as a corrected list.

Every file is made from one `Comparison` and the `DeclaredList` it came from, and says nothing that is not in them. No
value is judged here and nothing is asked; what people or devices wrote is cleaned and escaped before it is shown, and no
cell can become a formula.
"""
